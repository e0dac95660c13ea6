import HTTPWire

/// A request as it goes out: its head with a small body behind it, and the pieces of a large one.
struct RequestMessage {
    /// Bodies up to this size are copied behind the head: cheaper than to hand the kernel two addresses.
    private static let joinedBodyBytesMax = 16 << 10

    let isToHead: Bool
    /// What the head of the answer may take, interim ones included.
    let answerHeadBytesMax: Int
    private(set) var start: [UInt8]
    private(set) var rest: [ArraySlice<UInt8>] = []

    /// - Parameter buffer: empty, with room.
    /// - Returns: nil when there is nobody to send it to, or method or path cannot stand in a request line.
    init?(_ request: borrowing CurlRequest, by pool: CurlPool, in buffer: consuming [UInt8]) {
        guard let hop = pool.nextHop, isMethod(request.method), isRequestTarget(request.path) else { return nil }
        let expectsBody = request.method == "POST" || request.method == "PUT" || request.method == "PATCH"
        isToHead = request.method == "HEAD"
        answerHeadBytesMax = pool.endpoint.responseHeaderBytesMax
        start = buffer
        writeRequestHead(
            method: request.method, target: hop.target(before: request.path), request.path, host: hop.host,
            fields: hop.proxyFields.isEmpty ? request.headers : hop.proxyFields + request.headers,
            bodyBytes: expectsBody || !request.body.isEmpty ? request.body.count : nil, into: &start)
        // A record of TLS holds a copy of what it carries anyway.
        if request.body.count <= Self.joinedBodyBytesMax || hop.isTLS {
            request.body.append(to: &start)
        } else {
            rest = request.body.pieces
        }
    }
}
