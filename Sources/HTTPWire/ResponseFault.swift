/// Why what a server sent is no answer that can be used.
package enum ResponseFault: Error, Equatable, Sendable {
    /// Interim heads included.
    case headTooLarge
    case tooManyInterimAnswers
    /// 101, which nobody asked for.
    case unaskedUpgrade
    /// No HTTP/1.1 or HTTP/1.0, or framing that two recipients could read differently.
    case malformedHead
    case malformedBody
    /// The connection ended before the answer did.
    case cut
}
