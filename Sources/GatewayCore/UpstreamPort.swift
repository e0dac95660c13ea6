package import HTTPWire
package import MonotonicClock

/// Where a provider is reached and how; one for each provider of the file, kept over a reload that leaves it alone.
package final class UpstreamEndpoint: Sendable, Equatable {
    package struct Limits: Equatable, Sendable {
        package var responseHeaderBytes: Int
        package var responseBodyBytes: Int
        package var connections: Int

        package init(responseHeaderBytes: Int = 64 << 10, responseBodyBytes: Int = 64 << 20, connections: Int = 4096) {
            self.responseHeaderBytes = responseHeaderBytes
            self.responseBodyBytes = responseBodyBytes
            self.connections = connections
        }
    }

    /// What is asked for there. A provider and an issuer may have one name, and share no limit.
    package enum Purpose: Sendable {
        case answers
        /// Of tokens' issuers.
        case keySets
        /// Of providers.
        case credentials
    }

    package let provider: String
    package let purpose: Purpose
    /// Scheme, authority and path prefix, without a slash at the end.
    package let url: String
    package let http2: Bool
    /// In PEM, trusted in addition to the system's.
    package let certificateAuthorities: [UInt8]?
    package let proxy: String?
    package let limits: Limits

    package init(
        provider: String, purpose: Purpose = .answers, url: String, http2: Bool = false, certificateAuthorities: [UInt8]? = nil,
        proxy: String? = nil, limits: Limits = Limits()
    ) {
        self.provider = provider
        self.purpose = purpose
        self.url = url
        self.http2 = http2
        self.certificateAuthorities = certificateAuthorities
        self.proxy = proxy
        self.limits = limits
    }

    package static func == (left: UpstreamEndpoint, right: UpstreamEndpoint) -> Bool {
        left === right
            || (left.provider == right.provider && left.purpose == right.purpose && left.url == right.url && left.http2 == right.http2
                && left.certificateAuthorities == right.certificateAuthorities && left.proxy == right.proxy && left.limits == right.limits)
    }
}

/// How long each part of a call may take, on the monotonic clock.
package struct UpstreamTimeouts: Equatable, Sendable {
    package var connect: Duration
    /// From sending the request to the first byte of the answer's head.
    package var firstByte: Duration
    /// From sending the request to the first thing the model says in a stream. Until then `idle` does not count.
    package var firstToken: Duration
    /// Between two reads of an answer that has begun.
    package var idle: Duration
    /// Over all attempts of a request. What messages name.
    package var total: Duration
    /// What earlier attempts have left of `total`; nil: all of it.
    package var totalLeft: Duration?

    package init(
        connect: Duration = .seconds(5), firstByte: Duration = .seconds(60), firstToken: Duration = .seconds(300), idle: Duration = .seconds(60),
        total: Duration = .seconds(600)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.firstToken = firstToken
        self.idle = idle
        self.total = total
    }
}

/// One request to a provider, complete to the byte.
package struct UpstreamRequest: Sendable {
    package let endpoint: UpstreamEndpoint
    package let method: String
    /// Path and query after the endpoint's URL, with a leading slash.
    package let path: String
    package var headers: [HeaderField]
    package let content: BodyPieces
    package let timeouts: UpstreamTimeouts
    /// Not on a connection that an earlier request has used.
    package var isOnFreshConnection = false

    package init(endpoint: UpstreamEndpoint, method: String, path: String, headers: [HeaderField], body: BodyPieces, timeouts: UpstreamTimeouts) {
        self.endpoint = endpoint
        self.method = method
        self.path = path
        self.headers = headers
        content = body
        self.timeouts = timeouts
    }

    package init(endpoint: UpstreamEndpoint, method: String, path: String, headers: [HeaderField], body: [UInt8], timeouts: UpstreamTimeouts) {
        self.init(endpoint: endpoint, method: method, path: path, headers: headers, body: BodyPieces(body), timeouts: timeouts)
    }

    /// The body in one array.
    package var body: [UInt8] { content.joined() }
}

/// The head of a provider's answer, hop-by-hop fields and those named by `connection` gone.
package struct UpstreamHead: Equatable, Sendable {
    package let status: Int
    package let fields: HeaderFields

    package init(status: Int, fields: HeaderFields) {
        self.status = status
        self.fields = fields
    }

    package init(status: Int, headers: [HeaderField]) {
        self.init(status: status, fields: HeaderFields(headers.map { (name: $0.name, value: $0.value) }))
    }
}

/// An answer on its way in. Belongs to one worker.
package protocol UpstreamAnswer: AnyObject {
    var head: UpstreamHead { get }
    /// The next bytes of the body as they came off the wire; nil at its end.
    ///
    /// - Throws: `upstreamCut`, `upstreamTimedOut`, `upstreamBroken` (over its limit), or the cancellation's error.
    func next() async throws(GatewayError) -> [UInt8]?
    /// Hands the body to `take` as it arrives, on the worker, without waking the caller's task for each piece.
    ///
    /// - Returns: true at the body's end; false once `take` has returned false, which has what it was given and wants no more for now.
    /// - Throws: as `next` does.
    func pass(to take: @escaping ([UInt8]) -> Bool) async throws(GatewayError) -> Bool
    /// The rest of the body, if all of it has come and is no longer than `limit`; nil: `next` has it, piece by piece.
    func takeArrived(atMost limit: Int) -> [UInt8]?
    /// Has the reader wait for something of its own in the body: until `deadline`, silence is no failure, and after it `next` throws
    /// `upstreamTimedOut` whatever else has come. nil: it has come, and the idle time-out holds from now on.
    func awaitContent(until deadline: Instant?)
    /// Ends the transfer and closes its connection unless the answer is complete.
    func cancel()
}

extension UpstreamAnswer {
    package func pass(to take: @escaping ([UInt8]) -> Bool) async throws(GatewayError) -> Bool {
        while let bytes = try await next() {
            guard take(bytes) else { return false }
        }
        return true
    }

    package func takeArrived(atMost limit: Int) -> [UInt8]? { nil }
}

extension WorkerServices {
    package var redis: (any RedisPort)? { nil }

    package func refresh(_ exchange: Exchange, done: @escaping (_ succeeded: Bool) -> Void) -> Bool { false }
}

/// What a worker lends to the requests that run on it. Filters reach the outside world through this alone, so that they can be
/// tested without one.
package protocol WorkerServices: AnyObject {
    var now: Instant { get }
    /// The time of day, for what clients read as a date.
    var secondsSince1970: Int { get }
    /// nil: the file names no Redis.
    var redis: (any RedisPort)? { get }
    /// Sends a request and returns once the head of the answer is there. Ends at once when `cancellation` does.
    func send(_ request: UpstreamRequest, cancellation: Cancellation) async throws(GatewayError) -> any UpstreamAnswer
    /// Waits; ends early, with the cancellation's error, when `cancellation` does.
    func sleep(for duration: Duration, cancellation: Cancellation) async throws(GatewayError)
    /// Runs `operation` on this worker beside its caller.
    func spawn(_ operation: sending @escaping () async -> Void)
    /// Sends a copy of the request through the whole of its route once more, as `Exchange.isRefresh`, for nobody but the cache.
    ///
    /// - Parameter done: runs on this worker when the answer has ended; not at all when false is returned.
    /// - Returns: false when it cannot be done, or too many are under way.
    func refresh(_ exchange: Exchange, done: @escaping (_ succeeded: Bool) -> Void) -> Bool
    /// A number below `bound` for picks and jitter.
    func random(below bound: Int) -> Int
}
