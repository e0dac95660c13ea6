import GatewayCore
import HTTPWire
import JSONBytes

/// Writes a stream for a Gemini client: one piece of the answer in each event, without an end mark, or as the elements of a list.
///
/// - SeeAlso: wire.md, section 8.5
struct GeminiStreamWriter: ChatStreamWriter {
    private let asArray: Bool
    private var writer: GeminiAnswerWriter
    private var open: ChatPartStart?
    /// Arguments of the open call: Gemini's clients take them whole.
    private var arguments = ""
    private var hasText = false
    private var seal: ChatSeal?
    private var stop: ChatStop?
    private var isMalformed = false
    private var hasCalls = false
    private var usage: Usage?
    private var array = GeminiArray()

    init(for facts: ChatAnswerFacts) {
        asArray = facts.asArray
        writer = GeminiAnswerWriter(for: facts)
    }

    mutating func write(_ event: ChatEvent, to output: inout [BodyChunk]) {
        switch event {
        case .start(_, let model, let usage):
            writer.model = model
            self.usage = usage
        case .begin(let start):
            (open, arguments, hasText, seal) = (start, "", false, nil)
        case .delta(let text): writeDelta(text, to: &output)
        case .seal(let seal): self.seal = seal
        case .end: writeEnd(to: &output)
        case .usage(let usage): self.usage = usage
        case .stop(let stop): self.stop = stop
        case .finish: writeFinish(to: &output)
        // Google's own client takes a comment for a broken event, and has no other sign of life.
        case .ping, .failure: break
        }
    }

    private mutating func writeDelta(_ text: String, to output: inout [BodyChunk]) {
        switch open {
        case .text, .refusal: append(writer.piece([GeminiPart.text(text)]), to: &output)
        case .thinking:
            hasText = true
            if let part = writer.thought(text, nil) { append(writer.piece([part]), to: &output) }
        case .call: arguments += text
        case nil: break
        }
    }

    /// The seal comes behind the thoughts, in a part of its own: whoever gives them back gives back both.
    private mutating func writeEnd(to output: inout [BodyChunk]) {
        switch open {
        case .call(let id, let name):
            let call = writer.json(ChatCall(id: id, name: name, arguments: arguments, seal: seal), isFirst: !hasCalls)
            hasCalls = true
            if let call { append(writer.piece([call]), to: &output) } else { isMalformed = true }
        case .text, .refusal, .thinking, nil:
            guard let seal else { break }
            let part = hasText ? GeminiPart.thought("", signature: seal.text(native: .thought)) : writer.thought("", seal)
            if let part { append(writer.piece([part]), to: &output) }
        }
        open = nil
    }

    /// With a part, if an empty one: clients leave a content without parts out of the conversation, and all of the turn with it.
    private mutating func writeFinish(to output: inout [BodyChunk]) {
        let finish = GeminiAnswerWriter.finish(stop ?? .finished, isMalformed: isMalformed)
        append(writer.piece([GeminiPart.text("")], finish: finish, usage: usage), to: &output)
        if asArray { output.append(BodyChunk(array.end())) }
    }

    private mutating func append(_ piece: JSONObject, to output: inout [BodyChunk]) {
        let data = JSONValue.object(piece).written()
        if asArray { return output.append(BodyChunk(array.element(data))) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + 8)
        SSEWriter.append(event: nil, data: data, to: &bytes)
        output.append(BodyChunk(bytes))
    }
}
