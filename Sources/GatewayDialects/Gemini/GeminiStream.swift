package import GatewayCore
import HTTPWire
import JSONBytes

/// A streamed answer of the Gemini dialect that is passed on. There is no end mark: a stream is whole when an event has said why the model stopped and
/// the connection has ended.
///
/// - SeeAlso: wire.md, sections 5.2 and 8.4
package struct GeminiStream: AnswerStream {
    private var stream: PassedStream<GeminiEvents>

    /// - Parameter eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    package init(operation: Operation, eventBytesMax: Int) {
        stream = PassedStream(GeminiEvents(), eventBytesMax: eventBytesMax)
    }

    package var usage: Usage? { stream.usage }
    package var textBytes: Int { stream.textBytes }
    package var hasContent: Bool { stream.hasContent }
    /// Whether the provider has said why the model stopped, or that it held the prompt back. Events may still follow.
    package var hasEnded: Bool { stream.hasEnded }
    package mutating func received(_ bytes: [UInt8]) -> AnswerStep { stream.received(bytes) }
    package mutating func closed() -> AnswerStep { stream.closed() }
}

struct GeminiEvents: PassedEventReader {
    static let readsBehindEnd = true

    private(set) var usage: Usage?
    private var meter = TextMeter([JSONWord(#""text""#, rare: 3)])

    var textBytes: Int { meter.byteCount }

    mutating func read(_ event: SSEEvent, hasContent: Bool) -> PassedEvent {
        let chunk = GeminiChunk(Array(event.data), isMore: hasContent)
        if var usage = chunk.usage {
            // Tokens are counted anew in each event, searches told once.
            usage.webSearches = max(usage.webSearches, self.usage?.webSearches ?? 0)
            self.usage = usage
        }
        switch chunk.kind {
        case .content:
            meter.take(event.data)
            return .content
        case .end:
            meter.take(event.data)
            return .lastContent
        case .preamble: return .preamble
        case .error(let status): return .error(status: status)
        // Nothing has been passed on yet, so another provider may do better. Later it is the client's to see.
        case .malformed(let reason): return hasContent ? .lastContent : .broken(reason: reason)
        case .unreadable: return .unreadable
        }
    }
}
