import GatewayCore
import HTTPWire
import JSONBytes

/// What one event of a stream means for a gateway that passes it on.
enum PassedEvent: Equatable, Sendable {
    /// Something the model wrote, or its reason to stop: from here on the answer is this provider's.
    case content
    /// Nothing yet: a role, an empty block, a sign of life.
    case preamble
    /// Token counts and nothing else.
    case usageOnly
    /// The dialect's end mark.
    case end
    /// The reason to stop where a dialect has no end mark of its own. Events may still follow.
    case lastContent
    case error(status: Int?)
    /// `reason` is a sentence for the caller that quotes nothing.
    case broken(reason: String)

    static let unreadable = PassedEvent.broken(reason: "an event of its stream is not JSON.")
}

/// Reads the events of one dialect, each no more than it must.
protocol PassedEventReader: Sendable {
    /// The token counts so far: the last that the provider gave.
    var usage: Usage? { get }
    /// Bytes of text that the model has written so far.
    var textBytes: Int { get }
    /// Whether events behind the end are still read.
    static var readsBehindEnd: Bool { get }

    /// - Parameters:
    ///   - event: one with data.
    ///   - hasContent: whether the model has written something before.
    mutating func read(_ event: SSEEvent, hasContent: Bool) -> PassedEvent
    /// Whether the data of a last event, whose empty line never came, is all of it.
    static func isWhole(_ data: ArraySlice<UInt8>) -> Bool
}

extension PassedEventReader {
    static var readsBehindEnd: Bool { false }

    static func isWhole(_ data: ArraySlice<UInt8>) -> Bool { (try? JSONScanner.check(Array(data))) != nil }
}

/// Where a streamed answer stands that is passed on as it comes. Fed with bytes as they arrive, it says what to pass on and whether that is all.
///
/// What is passed on are the provider's own bytes. An event waits for its empty line, so that token counts can be left out and an error can be told
/// from content; several events that arrive together leave together.
struct PassedStream<Events: PassedEventReader>: AnswerStream {
    private var reader: SSEReader
    private var events: Events
    private(set) var hasContent = false
    private(set) var hasEnded = false

    var usage: Usage? { events.usage }
    var textBytes: Int { events.textBytes }

    /// - Parameter eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    init(_ events: Events, eventBytesMax: Int) {
        self.events = events
        reader = SSEReader(eventBytesMax: eventBytesMax)
    }

    mutating func received(_ bytes: [UInt8]) -> AnswerStep {
        var output = Output()
        reader.feed(bytes)
        do throws(SSEError) {
            while output.fault == nil, let event = try reader.next() { take(event, &output) }
        } catch {
            output.fault = .broken(reason: "one event is too long.")
        }
        return output.step()
    }

    mutating func closed() -> AnswerStep {
        var output = Output()
        do throws(SSEError) {
            while output.fault == nil, let event = try reader.finish() { takeLast(event, &output) }
        } catch {
            output.fault = .broken(reason: "one event is too long.")
        }
        if !hasEnded, output.fault == nil { output.fault = .cut }
        return output.step()
    }

    /// Whether the end mark has come and nothing behind it counts.
    private var isOver: Bool { hasEnded && !Events.readsBehindEnd }

    /// A last event whose empty line never came counts if it is whole, or goes no further. The line is added: what follows must not join it.
    private mutating func takeLast(_ event: SSEEvent, _ output: inout Output) {
        guard !event.isComplete, !isOver else { return take(event, &output) }
        guard event.hasData, Events.isWhole(event.data) else { return }
        take(event, &output)
        if output.fault == nil { output.append(event.raw.last == 0x0A ? [0x0A] : [0x0A, 0x0A]) }
    }

    private mutating func take(_ event: SSEEvent, _ output: inout Output) {
        guard event.hasData, !isOver else { return output.append(event.raw) }
        switch events.read(event, hasContent: hasContent) {
        case .content: hasContent = true
        case .preamble: break
        case .usageOnly: return output.appendAlone(BodyChunk(event.raw, isUsageOnly: true))
        case .end: hasEnded = true
        case .lastContent: (hasContent, hasEnded) = (true, true)
        case .error(let status):
            output.fault = .errorEvent(status: status, event: Array(event.data))
            return
        case .broken(let reason):
            output.fault = .broken(reason: reason)
            return
        }
        output.isProgress = true
        output.append(event.raw)
    }
}

extension PassedStream {
    /// Collects what one read passes on. A single event, the usual case, is passed on without a copy.
    private struct Output {
        private var chunks: [BodyChunk] = []
        private var run: [UInt8] = []
        var isProgress = false
        var fault: AnswerFault?

        mutating func append(_ bytes: [UInt8]) {
            if run.isEmpty { run = bytes } else { run += bytes }
        }

        mutating func appendAlone(_ chunk: BodyChunk) {
            closeRun()
            chunks.append(chunk)
            isProgress = true
        }

        private mutating func closeRun() {
            if !run.isEmpty { chunks.append(BodyChunk(run)) }
            run = []
        }

        mutating func step() -> AnswerStep {
            closeRun()
            return AnswerStep(chunks: chunks, isProgress: isProgress, fault: fault)
        }
    }
}
