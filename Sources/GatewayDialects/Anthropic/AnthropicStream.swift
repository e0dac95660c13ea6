package import GatewayCore
import HTTPWire
import JSONBytes

/// A streamed answer of the messages API that is passed on.
package struct AnthropicStream: AnswerStream {
    private var stream: PassedStream<AnthropicEventsPassed>

    /// - Parameter eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    package init(eventBytesMax: Int) {
        stream = PassedStream(AnthropicEventsPassed(), eventBytesMax: eventBytesMax)
    }

    package var usage: Usage? { stream.usage }
    package var textBytes: Int { stream.textBytes }
    package var hasContent: Bool { stream.hasContent }
    /// Whether the end mark has come: `message_stop`.
    package var hasEnded: Bool { stream.hasEnded }
    package mutating func received(_ bytes: [UInt8]) -> AnswerStep { stream.received(bytes) }
    package mutating func closed() -> AnswerStep { stream.closed() }
}

/// Reads the events of a stream no more than it must: once there is content, an event's name or its first bytes show that most are just more of it.
///
/// - SeeAlso: wire.md, section 4.3
struct AnthropicEventsPassed: PassedEventReader {
    private var counts = AnthropicCounts()
    private var meter = TextMeter([JSONWord(#""text""#, rare: 3), JSONWord(#""partial_json""#, rare: 8), JSONWord(#""thinking""#, rare: 5)])

    /// Those of the output are a guess until the end (wire.md, section 4.3).
    var usage: Usage? { counts.usage }
    var textBytes: Int { meter.byteCount }

    mutating func read(_ event: SSEEvent, hasContent: Bool) -> PassedEvent {
        if event.isPieceOfBlock { meter.take(event.data) }
        if hasContent, event.isMoreOfBlocks { return .content }
        let read = AnthropicEventReader.read(name: event.name, Array(event.data))
        counts.merge(read.usage)
        return read.kind
    }
}

extension SSEEvent {
    private static let unnamed = Array(#"{"type":"content_block_"#.utf8)
    private static let unnamedPiece = Array(#"{"type":"content_block_delta""#.utf8)

    /// Whether this is an event about a block, which neither ends the stream nor reports an error.
    fileprivate var isMoreOfBlocks: Bool {
        if isNamed("content_block_delta") || isNamed("content_block_stop") || isNamed("content_block_start") || isNamed("ping") { return true }
        return data.starts(with: Self.unnamed) && name == nil
    }

    fileprivate var isPieceOfBlock: Bool { isNamed("content_block_delta") || (data.starts(with: Self.unnamedPiece) && name == nil) }
}
