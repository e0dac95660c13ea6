package import GatewayCore

/// Where a streamed answer stands. Fed with bytes as they arrive, it says what to pass on to the client and whether that is all.
package protocol AnswerStream: Sendable {
    /// The token counts so far: the last that the provider gave.
    var usage: Usage? { get }
    /// Bytes of text that the model has written so far, thoughts and arguments included: what tokens are reckoned from where nobody counts them.
    var textBytes: Int { get }
    /// Whether the model has begun to answer. From here on nothing else may take over.
    var hasContent: Bool { get }
    /// Whether the dialect's end mark has come.
    var hasEnded: Bool { get }

    /// Takes in what was read. After a fault there is nothing more to feed.
    mutating func received(_ bytes: [UInt8]) -> AnswerStep
    /// The provider has ended its answer.
    mutating func closed() -> AnswerStep
}

/// What one read of a streamed answer brought.
package struct AnswerStep: Equatable, Sendable {
    package var chunks: [BodyChunk]
    /// True when there was something else than comments and empty events: only that shows that the provider is at work.
    package var isProgress: Bool
    /// What ends the stream, after `chunks`.
    package var fault: AnswerFault?

    package init(chunks: [BodyChunk] = [], isProgress: Bool = false, fault: AnswerFault? = nil) {
        self.chunks = chunks
        self.isProgress = isProgress
        self.fault = fault
    }
}

/// Why a stream cannot go on.
package enum AnswerFault: Equatable, Sendable {
    /// An event that reports an error. `event` is its data, as the provider wrote it.
    case errorEvent(status: Int?, event: [UInt8])
    /// `reason` is a sentence for the caller that quotes nothing.
    case broken(reason: String)
    /// The connection ended without the dialect's end mark.
    case cut
}

/// What a whole answer is.
package enum AnswerVerdict: Equatable, Sendable {
    /// `body` is what the client gets.
    case answer(body: [UInt8], Usage?)
    /// An error that came with status 200.
    case error(status: Int?)
    /// `reason` is a sentence for the caller that quotes nothing.
    case broken(reason: String)
}
