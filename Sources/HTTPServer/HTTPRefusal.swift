package import HTTPWire
package import MonotonicClock

/// A request that could not be read whole. The connection ends with its answer: where the next request starts is not known.
package struct HTTPRefusal: Sendable {
    package enum Reason: Equatable, Sendable {
        /// It broke a rule of HTTP or a limit on one request, as the sentence says.
        case broken(status: Int, String)
        /// All request bodies together are at their limit.
        case noRoom
        /// The listener ended while it was still arriving.
        case ending
    }

    package let reason: Reason
    /// nil when no whole head has come.
    package let head: RequestHead?
    /// Bytes of its body that have come.
    package let bodyBytes: Int
    /// When its first byte was read.
    package let received: Instant

    package var status: Int {
        if case .broken(let status, _) = reason { status } else { 503 }
    }

    /// For whoever sent it.
    package var sentence: String {
        switch reason {
        case .broken(_, let sentence): sentence
        case .noRoom: "Too many request bodies are held at the moment."
        case .ending: "The server is ending."
        }
    }
}
