package import GatewayCore
import HTTPWire
import JSONBytes

/// The translation of one conversation's next turn between a client's format and a provider's.
package struct ChatTranslation: Sendable {
    package let client: ChatFormat
    package let provider: ChatFormat
    private(set) var facts: ChatAnswerFacts

    package init(client: ChatFormat, provider: ChatFormat, facts: ChatAnswerFacts) {
        self.client = client
        self.provider = provider
        self.facts = facts
    }

    /// A client's request in no format.
    ///
    /// - Throws: `malformedBody`, `fieldRefused`.
    package static func request(from body: [UInt8], in format: ChatFormat, about facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        let value: JSONValue
        do { value = try JSONValue(parsing: body) } catch { throw .malformedBody(error) }
        return try format.wire.request(from: value, about: facts)
    }

    /// The provider's request. What the answer has to know of it is kept.
    ///
    /// - Throws: `fieldRefused` for what cannot be carried.
    package mutating func body(of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses) throws(GatewayError) -> [UInt8] {
        for tool in request.tools where tool.kind != .function { facts.toolKinds[tool.name] = tool.kind }
        return try provider.providerWire.body(of: request, for: target, losses: &losses).written()
    }

    /// Reads a provider's whole answer, and writes it for the client.
    ///
    /// - Parameters:
    ///   - kept: is told the answer's parts, some of which a client may not bring back (`ChatSeals`).
    ///   - dropped: is told the names of what the client's format has no place for, if there is any.
    package func answer(_ body: [UInt8], kept: ([ChatPart]) -> Void, dropped: ([String]) -> Void) -> AnswerVerdict {
        guard let value = try? JSONValue(parsing: body) else { return .broken(reason: "it is not the JSON that it should be.") }
        do throws(ChatFault) {
            let answer = try provider.providerWire.answer(from: value, ids: ChatIDs(seed: facts.seed))
            kept(answer.parts)
            let losses = AnswerLosses.names(in: value, of: provider)
            if !losses.isEmpty { dropped(losses) }
            return .answer(body: client.wire.body(of: answer, to: facts).written(), answer.usage)
        } catch {
            return error.message == nil && error.status == nil ? .broken(reason: error.reason) : .error(status: error.status)
        }
    }

    /// The stream that says what a whole answer says.
    ///
    /// - Parameter answer: as the client gets it, out of `answer(_:kept:)`.
    /// - Returns: nil for anything else.
    package func stream(of answer: [UInt8]) -> [BodyChunk]? {
        guard let value = try? JSONValue(parsing: answer), let read = try? client.wire.answer(from: value, ids: ChatIDs(seed: facts.seed)) else {
            return nil
        }
        var writer = client.wire.writer(for: facts)
        var chunks: [BodyChunk] = []
        for event in read.events { writer.write(event, to: &chunks) }
        return chunks
    }

    /// - Parameters:
    ///   - eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    ///   - kept: is told the parts with seals, when the answer has come to its end.
    package func stream(eventBytesMax: Int, kept: @escaping @Sendable ([ChatPart]) -> Void) -> any AnswerStream {
        TranslatedStream(
            reader: provider.providerWire.reader(ids: ChatIDs(seed: facts.seed)), writer: client.wire.writer(for: facts),
            events: ProviderEvents(of: provider, eventBytesMax: eventBytesMax),
            kept: kept)
    }
}

/// A stream that is read in one format and written in another.
struct TranslatedStream: AnswerStream {
    private(set) var usage: Usage?
    private(set) var textBytes = 0
    private(set) var hasContent = false
    private(set) var hasEnded = false
    private var events: ProviderEvents
    private var reader: any ChatStreamReader
    private var writer: any ChatStreamWriter
    private var seals = SealCollector()
    private let kept: @Sendable ([ChatPart]) -> Void

    init(
        reader: any ChatStreamReader, writer: any ChatStreamWriter, events: ProviderEvents, kept: @escaping @Sendable ([ChatPart]) -> Void
    ) {
        self.reader = reader
        self.writer = writer
        self.kept = kept
        self.events = events
    }

    mutating func received(_ bytes: [UInt8]) -> AnswerStep {
        var step = AnswerStep()
        events.feed(bytes)
        do throws(ProviderEventsError) {
            while step.fault == nil, !hasEnded, let event = try events.next() { take(event, &step) }
        } catch {
            step.fault = .broken(reason: error.reason)
        }
        return step
    }

    mutating func closed() -> AnswerStep {
        var step = AnswerStep()
        do throws(ProviderEventsError) {
            while step.fault == nil, !hasEnded, let event = try events.finish() { take(event, &step) }
        } catch {
            step.fault = .broken(reason: error.reason)
        }
        if step.fault == nil, !hasEnded { take(reader.closed(), from: nil, &step) }
        if step.fault == nil, !hasEnded { step.fault = .cut }
        return step
    }

    private mutating func take(_ event: SSEEvent, _ step: inout AnswerStep) {
        guard event.hasData else { return }
        take(reader.read(event), from: event, &step)
    }

    private mutating func take(_ events: [ChatEvent], from event: SSEEvent?, _ step: inout AnswerStep) {
        for chat in events {
            switch chat {
            case .failure(let fault):
                step.fault = Self.fault(fault, event)
                return
            case .start(_, _, let usage): if let usage { self.usage = usage }
            case .usage(let usage): self.usage = usage
            case .delta(let text):
                hasContent = true
                textBytes += text.utf8.count
            case .seal, .stop, .begin(.call): hasContent = true
            case .finish:
                hasEnded = true
                kept(seals.parts)
            case .begin, .end, .ping: break
            }
            if chat != .ping { step.isProgress = true }
            seals.take(chat)
            writer.write(chat, to: &step.chunks)
        }
    }

    private static func fault(_ fault: ChatFault, _ event: SSEEvent?) -> AnswerFault {
        guard let event, fault.status != nil || fault.message != nil else { return .broken(reason: fault.reason) }
        return .errorEvent(status: fault.status, event: Array(event.data))
    }
}

/// Remembers the calls of a stream and the sealed thoughts before them: nothing else of it is kept.
struct SealCollector: Sendable {
    private(set) var parts: [ChatPart] = []
    private var isThinking = false

    mutating func take(_ event: ChatEvent) {
        switch event {
        case .begin(.thinking):
            isThinking = true
            parts.append(.thinking(ChatThinking(text: "")))
        case .begin(.call(let id, let name)):
            isThinking = false
            parts.append(.call(ChatCall(id: id, name: name, arguments: "")))
        case .begin: isThinking = false
        case .delta(let text):
            guard isThinking, case .thinking(var thinking) = parts.last else { return }
            parts.removeLast()
            thinking.text += text
            parts.append(.thinking(thinking))
        case .seal(let seal): attach(seal)
        case .end: drop()
        case .start, .usage, .stop, .finish, .ping, .failure: break
        }
    }

    private mutating func attach(_ seal: ChatSeal) {
        switch parts.popLast() {
        case .thinking(var thinking):
            thinking.seal = seal
            parts.append(.thinking(thinking))
        case .call(var call):
            call.seal = seal
            parts.append(.call(call))
        case let other?: parts.append(other)
        case nil: break
        }
    }

    /// Thoughts without a seal mean nothing to their provider.
    private mutating func drop() {
        if case .thinking(let thinking) = parts.last, thinking.seal == nil { parts.removeLast() }
        isThinking = false
    }
}
