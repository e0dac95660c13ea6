package import GatewayCore
import HTTPWire
import JSONBytes

/// Where a streamed answer of the Gemini dialect stands. Fed with bytes as they arrive, it says what to pass on and whether that is all.
///
/// What is passed on are the provider's own bytes, an event at a time. There is no end mark: a stream is whole when an event has said why the
/// model stopped and the connection has ended.
///
/// - SeeAlso: wire.md, sections 5.2 and 8.4
package struct GeminiStream: AnswerStream {
    private var reader: SSEReader
    /// The token counts so far: the last that the provider gave.
    package private(set) var usage: Usage?
    /// Whether the model has begun to answer. From here on nothing else may take over.
    package private(set) var hasContent = false
    /// Whether the provider has said why the model stopped, or that it held the prompt back. Events may still follow.
    package private(set) var hasEnded = false

    /// - Parameter eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    package init(operation: Operation, eventBytesMax: Int) {
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
        return output.step
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
        return output.step
    }

    /// A last event whose empty line never came counts if it is whole, or goes no further. The line is added: what follows must not join it.
    private mutating func takeLast(_ event: SSEEvent, _ output: inout Output) {
        guard !event.isComplete else { return take(event, &output) }
        guard event.hasData, (try? JSONScanner.check(Array(event.data))) != nil else { return }
        take(event, &output)
        if output.fault == nil { output.bytes += event.raw.last == 0x0A ? [0x0A] : [0x0A, 0x0A] }
    }

    private mutating func take(_ event: SSEEvent, _ output: inout Output) {
        guard event.hasData else {
            output.bytes += event.raw
            return
        }
        let chunk = GeminiChunk(Array(event.data), isMore: hasContent)
        if var usage = chunk.usage {
            // Tokens are counted anew in each event, searches told once.
            usage.webSearches = max(usage.webSearches, self.usage?.webSearches ?? 0)
            self.usage = usage
        }
        switch chunk.kind {
        case .content: hasContent = true
        case .end: (hasContent, hasEnded) = (true, true)
        case .preamble: break
        case .error(let status):
            output.fault = .errorEvent(status: status, event: Array(event.data))
            return
        case .malformed(let reason):
            // Nothing has been passed on yet, so another provider may do better. Later it is the client's to see.
            guard hasContent else {
                output.fault = .broken(reason: reason)
                return
            }
            hasEnded = true
        case .unreadable:
            output.fault = .broken(reason: "an event of its stream is not JSON.")
            return
        }
        output.isProgress = true
        output.bytes += event.raw
    }

    /// What one read passes on.
    private struct Output {
        var bytes: [UInt8] = []
        var isProgress = false
        var fault: AnswerFault?

        var step: AnswerStep {
            AnswerStep(chunks: bytes.isEmpty ? [] : [BodyChunk(bytes)], isProgress: isProgress, fault: fault)
        }
    }
}
