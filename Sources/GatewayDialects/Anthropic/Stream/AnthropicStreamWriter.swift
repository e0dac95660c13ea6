package import GatewayCore
import HTTPWire
import JSONBytes

/// Writes a client's stream.
///
/// Blocks open late, with the first thing in them: a block that stays empty is not written, because a client would send it back and Anthropic refuses
/// empty ones. The counts are complete only at the end, so the event with the reason to stop waits for it.
///
/// - SeeAlso: wire.md, sections 4.3 and 8.3
package struct AnthropicStreamWriter: ChatStreamWriter {
    private enum Part: Equatable, Sendable {
        case none, text, thinking, call
    }

    private let facts: ChatAnswerFacts
    private var part = Part.none
    /// Whether a block for `part` stands open.
    private var isOpen = false
    /// Of the block that is open, or of the next.
    private var index = 0
    /// Of the call that is open: written behind it.
    private var callSeal: ChatSeal?
    private var stop = ChatStop.finished
    private var usage: Usage?

    package init(facts: ChatAnswerFacts) {
        self.facts = facts
    }

    package mutating func write(_ event: ChatEvent, to output: inout [BodyChunk]) {
        var bytes: [UInt8] = []
        write(event, to: &bytes)
        if !bytes.isEmpty { output.append(BodyChunk(bytes)) }
    }

    private mutating func write(_ event: ChatEvent, to bytes: inout [UInt8]) {
        switch event {
        case .start(_, let model, let usage): start(model, usage, &bytes)
        case .begin(let start): begin(start, &bytes)
        case .delta(let text): delta(text, &bytes)
        case .seal(let seal): self.seal(seal, &bytes)
        case .end: end(&bytes)
        case .usage(let usage): self.usage = usage
        case .stop(let stop): self.stop = stop
        case .finish: finish(&bytes)
        case .ping: AnthropicEvents.append("ping", [:], to: &bytes)
        case .failure: break
        }
    }

    private mutating func start(_ model: String?, _ usage: Usage?, _ bytes: inout [UInt8]) {
        self.usage = usage
        let message: JSONValue = [
            "id": .string("msg_" + facts.seed), "type": "message", "role": "assistant", "model": .string(model ?? facts.model), "content": [],
            "stop_reason": .null, "stop_sequence": .null, "usage": .object(AnthropicCounts.written(usage)),
        ]
        AnthropicEvents.append("message_start", ["message": message], to: &bytes)
    }

    private mutating func begin(_ start: ChatPartStart, _ bytes: inout [UInt8]) {
        switch start {
        case .text, .refusal: part = .text
        case .thinking: part = .thinking
        case .call(let id, let name):
            part = .call
            open(["type": "tool_use", "id": .string(id), "name": .string(name), "input": [:]], &bytes)
        }
    }

    private mutating func delta(_ text: String, _ bytes: inout [UInt8]) {
        switch part {
        case .none: break
        case .text:
            if !isOpen { open(["type": "text", "text": ""], &bytes) }
            AnthropicEvents.appendDelta("text_delta", "text", text, index, to: &bytes)
        case .thinking:
            guard facts.showsThoughts else { return }
            openThinking(&bytes)
            AnthropicEvents.appendDelta("thinking_delta", "thinking", text, index, to: &bytes)
        case .call: AnthropicEvents.appendDelta("input_json_delta", "partial_json", text, index, to: &bytes)
        }
    }

    /// A seal in the place where Anthropic keeps one. A block has one seal and ends with it.
    private mutating func seal(_ seal: ChatSeal, _ bytes: inout [UInt8]) {
        guard part != .call else {
            callSeal = seal
            return
        }
        if seal.kind == .redacted {
            close(&bytes)
            open(["type": "redacted_thinking", "data": .string(seal.data)], &bytes)
        } else {
            openThinking(&bytes)
            AnthropicEvents.appendDelta("signature_delta", "signature", seal.text(native: .signature), index, to: &bytes)
        }
        close(&bytes)
    }

    private mutating func end(_ bytes: inout [UInt8]) {
        close(&bytes)
        part = .none
        guard let seal = callSeal else { return }
        callSeal = nil
        self.seal(seal, &bytes)
    }

    private mutating func finish(_ bytes: inout [UInt8]) {
        let delta = JSONValue.object(AnthropicStop.members(stop))
        AnthropicEvents.append("message_delta", ["delta": delta, "usage": .object(AnthropicCounts.written(usage))], to: &bytes)
        AnthropicEvents.append("message_stop", [:], to: &bytes)
    }

    private mutating func openThinking(_ bytes: inout [UInt8]) {
        if !isOpen { open(["type": "thinking", "thinking": "", "signature": ""], &bytes) }
    }

    private mutating func open(_ block: JSONValue, _ bytes: inout [UInt8]) {
        isOpen = true
        AnthropicEvents.append("content_block_start", ["index": JSONValue(index), "content_block": block], to: &bytes)
    }

    private mutating func close(_ bytes: inout [UInt8]) {
        guard isOpen else { return }
        AnthropicEvents.append("content_block_stop", ["index": JSONValue(index)], to: &bytes)
        isOpen = false
        index += 1
    }
}
