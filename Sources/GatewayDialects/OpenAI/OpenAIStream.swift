package import GatewayCore
import HTTPWire
import JSONBytes

/// Where a streamed answer of the OpenAI dialect stands. Fed with bytes as they arrive, it says what to pass on and whether that is all.
///
/// What is passed on are the provider's own bytes. An event waits for its empty line, so that token counts can be left out and an error
/// can be told from content; several events that arrive together leave together.
package struct OpenAIStream: AnswerStream {
    package typealias Step = AnswerStep
    package typealias Fault = AnswerFault

    private let isResponses: Bool
    private var reader: SSEReader
    /// The token counts so far: the last that the provider gave.
    package private(set) var usage: Usage?
    /// Whether the model has begun to answer. From here on nothing else may take over.
    package private(set) var hasContent = false
    /// Whether the end mark has come: `[DONE]`, or for responses the event that repeats the whole answer.
    package private(set) var hasEnded = false

    /// - Parameter eventBytesMax: bytes of one event; a longer one ends the stream with a fault.
    package init(operation: Operation, eventBytesMax: Int) {
        isResponses = operation == .responses
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
        let isWhole = OpenAIMarks.isDone(event.data) || (try? JSONScanner.check(Array(event.data))) != nil
        guard event.hasData, isWhole else { return }
        take(event, &output)
        if output.fault == nil { output.append(event.raw.last == 0x0A ? [0x0A] : [0x0A, 0x0A]) }
    }

    private mutating func take(_ event: SSEEvent, _ output: inout Output) {
        guard event.hasData, !hasEnded else { return output.append(event.raw) }
        let chunk = classify(event)
        if let usage = chunk.usage { self.usage = usage }
        switch chunk.kind {
        case .content: hasContent = true
        case .preamble: break
        case .usageOnly: return output.appendAlone(BodyChunk(event.raw, isUsageOnly: true))
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

    /// Reads an event no more than it must: once there is content, most events show by a few bytes that they are just more of it.
    private func classify(_ event: SSEEvent) -> OpenAIChunk {
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

extension SSEEvent {
    private static let nameField = Array("event:".utf8)

    /// Whether this is one of the named events of a responses stream that neither end it nor report an error.
    fileprivate var isMoreOfResponse: Bool {
        raw.starts(with: Self.nameField) && !isNamed("response.completed") && !isNamed("response.incomplete") && !isNamed("response.failed")
            && !isNamed("error")
    }
}
