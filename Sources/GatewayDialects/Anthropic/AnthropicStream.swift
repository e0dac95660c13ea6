package import GatewayCore
import HTTPWire
import JSONBytes

/// Where a streamed answer of the messages API stands. Fed with bytes as they arrive, it says what to pass on and whether that is all.
///
/// What is passed on are the provider's own bytes. An event waits for its empty line, so that an error can be told from content; several events that
/// arrive together leave together.
///
/// - SeeAlso: wire.md, section 4.3
package struct AnthropicStream: AnswerStream {
    private var reader: SSEReader
    private var counts = AnthropicCounts()
    /// Whether the model has begun to answer. From here on nothing else may take over.
    package private(set) var hasContent = false
    /// Whether the end mark has come: `message_stop`.
    package private(set) var hasEnded = false

    /// The token counts so far. Those of the output are a guess until the end (wire.md, section 4.3).
    package var usage: Usage? { counts.usage }

    /// - Parameter eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    package init(eventBytesMax: Int) {
        reader = SSEReader(eventBytesMax: eventBytesMax)
    }

    /// Takes in what was read. After a fault there is nothing more to feed.
    package mutating func received(_ bytes: [UInt8]) -> AnswerStep {
        var output = Output()
        reader.feed(bytes)
        do throws(SSEError) {
            while output.fault == nil, let event = try reader.next() { take(event, &output) }
        } catch {
            output.fault = .broken(reason: "one event is too long.")
        }
        return output.step()
    }

    /// The provider has ended its answer.
    package mutating func closed() -> AnswerStep {
        var output = Output()
        do throws(SSEError) {
            while output.fault == nil, let event = try reader.finish() { takeLast(event, &output) }
        } catch {
            output.fault = .broken(reason: "one event is too long.")
        }
        if !hasEnded, output.fault == nil { output.fault = .cut }
        return output.step()
    }

    /// A last event whose empty line never came counts if it is whole, or goes no further. The line is added: what follows must not join it.
    private mutating func takeLast(_ event: SSEEvent, _ output: inout Output) {
        guard !event.isComplete, !hasEnded else { return take(event, &output) }
        guard event.hasData, (try? JSONScanner.check(Array(event.data))) != nil else { return }
        take(event, &output)
        if output.fault == nil { output.append(event.raw.last == 0x0A ? [0x0A] : [0x0A, 0x0A]) }
    }

    private mutating func take(_ event: SSEEvent, _ output: inout Output) {
        guard event.hasData, !hasEnded else { return output.append(event.raw) }
        switch classify(event) {
        case .content: hasContent = true
        case .preamble: break
        case .end: hasEnded = true
        case .error(let status):
            output.fault = .errorEvent(status: status, event: Array(event.data))
            return
        case .unreadable:
            output.fault = .broken(reason: "an event of its stream is not JSON.")
            return
        }
        output.isProgress = true
        output.append(event.raw)
    }

    /// Reads an event no more than it must: once there is content, its name or its first bytes show that most are just more of it.
    private mutating func classify(_ event: SSEEvent) -> AnthropicEventKind {
        if hasContent, event.isMoreOfBlocks { return .content }
        let read = AnthropicEventReader.read(name: event.name, Array(event.data))
        counts.merge(read.usage)
        return read.kind
    }

    /// Collects what one read passes on. A single event, the usual case, is passed on without a copy.
    private struct Output {
        private var run: [UInt8] = []
        var isProgress = false
        var fault: AnswerFault?

        mutating func append(_ bytes: [UInt8]) {
            if run.isEmpty { run = bytes } else { run += bytes }
        }

        func step() -> AnswerStep {
            AnswerStep(chunks: run.isEmpty ? [] : [BodyChunk(run)], isProgress: isProgress, fault: fault)
        }
    }
}

extension SSEEvent {
    private static let unnamed = Array(#"{"type":"content_block_"#.utf8)

    /// Whether this is an event about a block, which neither ends the stream nor reports an error.
    fileprivate var isMoreOfBlocks: Bool {
        if isNamed("content_block_delta") || isNamed("content_block_stop") || isNamed("content_block_start") || isNamed("ping") { return true }
        return data.starts(with: Self.unnamed) && name == nil
    }
}
