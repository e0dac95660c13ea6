/// Why a transfer ended without a whole answer.
package enum CurlError: Error, Equatable, Sendable {
    package enum Phase: Equatable, Sendable { case connect, firstByte, content, idle, total }

    /// No connection: the name, the address or the TLS handshake.
    case unreachable(code: Int)
    /// The proxy's answer to CONNECT, 300 or above.
    case refusedByProxy(status: Int)
    case timedOut(Phase)
    /// The connection ended before the answer's head was whole.
    case closedBeforeAnswer(code: Int)
    /// A pooled connection ended before the first byte of an answer. Most probably its peer had closed it, as idle ones are, when the
    /// request was on its way; but the request may have been taken.
    case pooledConnectionEnded
    /// The connection ended inside the answer's body.
    case cut(code: Int)
    case headTooLarge
    case tooManyInterimAnswers
    case unaskedUpgrade
    case malformed(code: Int)
    case cancelled
    /// libcurl refused the request as it was given: a bug, or a URL that is none.
    case refusedRequest(code: Int)
}
