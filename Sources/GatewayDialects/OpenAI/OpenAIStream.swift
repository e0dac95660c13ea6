package import GatewayCore
import HTTPWire
import JSONBytes

/// A streamed answer of the OpenAI dialect that is passed on.
package struct OpenAIStream: AnswerStream {
    private var stream: PassedStream<OpenAIEvents>

    /// - Parameter eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    package init(operation: Operation, eventBytesMax: Int) {
        stream = PassedStream(OpenAIEvents(operation), eventBytesMax: eventBytesMax)
    }

    package var usage: Usage? { stream.usage }
    package var textBytes: Int { stream.textBytes }
    package var hasContent: Bool { stream.hasContent }
    /// Whether the end mark has come: `[DONE]`, or for responses the event that repeats the whole answer.
    package var hasEnded: Bool { stream.hasEnded }
    package mutating func received(_ bytes: [UInt8]) -> AnswerStep { stream.received(bytes) }
    package mutating func closed() -> AnswerStep { stream.closed() }
}

/// Reads the events of a stream no more than it must: once there is content, most show by a few bytes that they are just more of it.
///
/// - SeeAlso: wire.md, sections 3.3 and 3.4
struct OpenAIEvents: PassedEventReader {
    private static let chatTexts = [
        JSONWord(#""content""#, rare: 1), JSONWord(#""arguments""#, rare: 3), JSONWord(#""reasoning_content""#, rare: 9),
        JSONWord(#""reasoning""#, rare: 8), JSONWord(#""refusal""#, rare: 3),
    ]
    private static let completionTexts = [JSONWord(#""text""#, rare: 3)]
    /// What is done is repeated whole; only pieces count.
    private static let responsesTexts = [JSONWord(#""delta""#, rare: 0)]

    private let isResponses: Bool
    private(set) var usage: Usage?
    private var meter: TextMeter

    init(_ operation: Operation) {
        isResponses = operation == .responses
        meter = TextMeter(isResponses ? Self.responsesTexts : operation == .completions ? Self.completionTexts : Self.chatTexts)
    }

    var textBytes: Int { meter.byteCount }

    static func isWhole(_ data: ArraySlice<UInt8>) -> Bool { OpenAIMarks.isDone(data) || (try? JSONScanner.check(Array(data))) != nil }

    mutating func read(_ event: SSEEvent, hasContent: Bool) -> PassedEvent {
        let chunk = classify(event, hasContent: hasContent)
        if let usage = chunk.usage { self.usage = usage }
        switch chunk.kind {
        case .content:
            meter.take(event.data)
            return .content
        case .preamble: return .preamble
        case .usageOnly: return .usageOnly
        case .end: return .end
        case .error(let status): return .error(status: status)
        case .unreadable: return .unreadable
        }
    }

    private func classify(_ event: SSEEvent, hasContent: Bool) -> OpenAIChunk {
        let data = event.data
        if OpenAIMarks.isDone(data) { return OpenAIChunk(kind: isResponses ? .preamble : .end) }
        if isResponses {
            if hasContent, event.isMoreOfResponse { return OpenAIChunk(kind: .content) }
            return OpenAIResponsesEventReader.read(name: event.name, Array(data))
        }
        if event.isNamed("error") { return OpenAIChunk(kind: .error(status: OpenAIResponsesEventReader.errorStatus(Array(data)))) }
        if hasContent, !OpenAIMarks.needsReading(data) { return OpenAIChunk(kind: .content) }
        return OpenAIChunkReader.read(Array(data))
    }
}

extension SSEEvent {
    private static let nameField = Array("event:".utf8)

    /// Whether this is one of the named events of a responses stream that neither end it nor report an error.
    fileprivate var isMoreOfResponse: Bool {
        raw.starts(with: Self.nameField) && !isNamed("response.completed") && !isNamed("response.incomplete") && !isNamed("response.failed")
            && !isNamed("error")
    }
}
