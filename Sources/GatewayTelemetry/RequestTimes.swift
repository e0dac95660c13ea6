package import GatewayCore
package import MonotonicClock

/// How long one request took, and where the time went.
package struct RequestTimes: Equatable, Sendable {
    /// From the first byte of the request to the last byte of the answer.
    package var total: Duration
    /// To the first byte of the answer's body; nil when there was none.
    package var firstByte: Duration?
    /// Waiting for providers.
    package var upstream: Duration
    /// What is left: the gateway's own work, and how long the client took to send and to read.
    package var overhead: Duration

    package init(total: Duration, firstByte: Duration? = nil, upstream: Duration = .zero, overhead: Duration? = nil) {
        self.total = total
        self.firstByte = firstByte
        self.upstream = upstream
        self.overhead = overhead ?? max(.zero, total - upstream)
    }

    package init(of record: borrowing RequestRecord, started: Instant, ended: Instant) {
        self.init(
            total: max(.zero, ended - started),
            firstByte: record.firstByteAt.map { max(.zero, $0 - started) },
            upstream: record.upstreamTime)
    }
}
