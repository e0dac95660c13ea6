package import HTTPWire
package import MonotonicClock

/// A request, read whole.
package struct HTTPRequest: Sendable {
    package let head: RequestHead
    package let body: [UInt8]
    /// When its first byte was read.
    package let received: Instant
    /// Who opened the connection.
    package let peer: IPAddress
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
    /// Answers a request that could not be read whole, before it returns.
    func refuse(_ refusal: HTTPRefusal, _ responder: HTTPResponder)
    /// - Returns: what is sent on the connection with status 503, where there is one.
    @discardableResult
    func connectionRefused(_ reason: ConnectionRefusal) -> (fields: [(String, String)], body: [UInt8])
    func connectionAccepted()
    func connectionClosed()
}
