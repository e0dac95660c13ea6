package import HTTPWire

/// A request, read whole.
package struct HTTPRequest: Sendable {
    package let head: RequestHead
    package let body: [UInt8]
    /// When its first byte was read.
    package let received: ContinuousClock.Instant
}

/// Why a connection was turned away before it could ask anything.
package enum ConnectionRefusal: String, CaseIterable, Sendable {
    case tooMany = "too_many"
    case outOfDescriptors = "out_of_descriptors"
}

/// Answers the requests of one listener on one worker. Called on the worker's thread.
package protocol HTTPService: AnyObject {
    /// Answers through `responder`, now or later, exactly once. The service keeps no other hold on the connection.
    func serve(_ request: HTTPRequest, _ responder: HTTPResponder)
    /// The answer to a request that broke the rules of HTTP or a limit; the connection is closed after it.
    func answer(status: Int, reason: String) -> (fields: [(String, String)], body: [UInt8])
    func connectionRefused(_ reason: ConnectionRefusal)
    func connectionAccepted()
    func connectionClosed()
}
