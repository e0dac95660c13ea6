/// The `listen.limits` block: what one client, and all of them together, may cost.
package struct ListenLimitsConfig: Equatable, Sendable {
    /// Longest request line. Beyond: 414.
    package let requestLineBytesMax: Int
    /// All header fields of a request together. Beyond: 431.
    package let headerBytesMax: Int
    /// Beyond: 431.
    package let headerCountMax: Int
    /// One request's body. Beyond: 413.
    package let bodyBytesMax: Int
    /// All request bodies held at the same time, over all workers. Beyond: 503.
    package let bufferedBodiesBytesMax: Int
    /// Open client connections, over all workers. Beyond: refused at accept.
    package let connectionsMax: Int
    /// From the first byte of a head to its end, in total. Beyond: 408.
    package let headerTimeout: Duration
    /// From the end of the head to the end of the body, in total. Beyond: 408.
    package let bodyTimeout: Duration
    /// How long a connection without a request stays open.
    package let idleTimeout: Duration
    /// The connection is closed after this many.
    package let requestsPerConnectionMax: Int
    /// How long a client may read nothing of an answer that waits for it.
    package let writeTimeout: Duration
}
