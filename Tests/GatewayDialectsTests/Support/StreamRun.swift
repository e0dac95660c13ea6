import GatewayCore

@testable import GatewayDialects

/// A stream fed piece by piece to its end, and everything that came out.
struct StreamRun {
    var chunks: [BodyChunk] = []
    var fault: AnswerFault?
    var stream: OpenAIStream
    /// Bytes passed on before the model had said anything.
    var preambleBytes = 0

    init(_ bytes: [UInt8], pieces sizes: [Int], operation: Operation = .chatCompletions, eventBytesMax: Int = 1 << 20) {
        stream = OpenAIStream(operation: operation, eventBytesMax: eventBytesMax)
        var at = 0
        for size in sizes where fault == nil && at < bytes.count {
            let end = min(bytes.count, at + size)
            take(stream.received(Array(bytes[at..<end])))
            if !stream.hasContent { preambleBytes = forwarded.count }
            at = end
        }
        if fault == nil { take(stream.closed()) }
    }

    init(_ text: String, operation: Operation = .chatCompletions, eventBytesMax: Int = 1 << 20) {
        self.init(Array(text.utf8), pieces: [text.utf8.count], operation: operation, eventBytesMax: eventBytesMax)
    }

    /// Pieces of one size.
    init(_ bytes: [UInt8], every size: Int, operation: Operation) {
        self.init(bytes, pieces: Array(repeating: size, count: bytes.count / size + 1), operation: operation)
    }

    private mutating func take(_ step: AnswerStep) {
        chunks += step.chunks
        fault = step.fault
    }

    var forwarded: [UInt8] { chunks.flatMap(\.bytes) }
    var forwardedText: String { String(decoding: forwarded, as: UTF8.self) }
    var usageOnly: [BodyChunk] { chunks.filter(\.isUsageOnly) }
}
