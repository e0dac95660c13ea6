import GatewayCore
import HTTPWire
import JSONBytes

/// Reads a provider's stream. It has no end mark: an event says why the model stopped, and then the connection ends.
///
/// - SeeAlso: wire.md, section 8.4
struct GeminiStreamReader: ChatStreamReader {
    private var sequencer: ChatSequencer
    private var ids: ChatIDs
    private var hasStarted = false
    private var isOver = false
    private var calls = 0
    private var finishReason: String?
    private var isBlocked = false
    private var usage: Usage?

    init(ids: ChatIDs) {
        self.ids = ids
        sequencer = ChatSequencer(ids: ids)
    }

    mutating func read(_ event: SSEEvent) -> [ChatEvent] {
        guard event.hasData, !isOver else { return [] }
        guard let body = try? JSONValue(parsing: Array(event.data)) else {
            return fail(ChatFault(reason: "an event of its stream is not JSON."))
        }
        do throws(ChatFault) {
            return take(try GeminiPiece(body))
        } catch {
            return fail(error)
        }
    }

    mutating func closed() -> [ChatEvent] {
        guard !isOver, finishReason != nil || isBlocked else { return [] }
        isOver = true
        var events: [ChatEvent] = []
        sequencer.close(to: &events)
        let stop = finishReason.map { GeminiFinish.stop($0, hasCalls: sequencer.hasCalls) } ?? .filtered
        return events + [.stop(stop), .finish]
    }

    private mutating func fail(_ fault: ChatFault) -> [ChatEvent] {
        isOver = true
        return [.failure(fault)]
    }

    private mutating func take(_ piece: GeminiPiece) -> [ChatEvent] {
        var events: [ChatEvent] = []
        let counts = piece.usage.flatMap(GeminiUsage.read)
        if !hasStarted {
            hasStarted = true
            events.append(.start(id: piece.id, model: piece.model, usage: counts.map(Self.inputAlone)))
        }
        for part in piece.parts { add(part, to: &events) }
        finishReason = piece.finishReason ?? finishReason
        isBlocked = isBlocked || piece.isBlocked
        if let counts, counts != usage {
            usage = counts
            events.append(.usage(counts))
        }
        return events
    }

    /// What is known before the model has written anything: Gemini's first event counts the input.
    private static func inputAlone(_ usage: Usage) -> Usage {
        Usage(input: usage.input, output: 0, cachedInput: usage.cachedInput, audioInput: usage.audioInput)
    }

    private mutating func add(_ part: GeminiAnswerPart, to events: inout [ChatEvent]) {
        switch part {
        case .thought(let text, let signature):
            sequencer.thinking(text, to: &events)
            if let signature { sequencer.seal(ChatSeal(.thought, signature), to: &events) }
        case .text(let text, let signature):
            sequencer.text(text, to: &events)
            guard let signature else { return }
            // It is the text's own, not that of the thoughts before it.
            sequencer.close(to: &events)
            sequencer.seal(ChatSeal(.thought, signature), to: &events)
        case .call(let id, let name, let arguments, let signature):
            let seal = signature.map { ChatSeal(.thought, $0) }
            sequencer.call(calls, id: id ?? ids.call(), name: name, arguments: arguments, seal: seal, to: &events)
            calls += 1
            // A call comes whole.
            sequencer.close(to: &events)
        }
    }
}
