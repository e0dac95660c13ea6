/// The `listen.limits` block: what one client, and all of them together, may cost.
package struct ListenLimitsConfig: ConfigBlock, Equatable, Sendable {
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

    package init(reading fields: inout Fields) {
        let timeouts: ClosedRange<Duration> = .milliseconds(10) ... .seconds(86_400)
        requestLineBytesMax = fields.size("request_line", in: 256...64 * .kibibyte, default: 8 * .kibibyte)
        headerBytesMax = fields.size("header_bytes", in: .kibibyte ... .mebibyte, default: 32 * .kibibyte)
        headerCountMax = fields.integer("header_count", in: 8...1000, default: 100)
        bodyBytesMax = fields.size("body", in: .kibibyte ... .gibibyte, default: 10 * .mebibyte)
        bufferedBodiesBytesMax = fields.size("buffered_bodies", in: .kibibyte...64 * .gibibyte, default: 128 * .mebibyte)
        connectionsMax = fields.integer("connections", in: 1...1_000_000, default: 10_000)
        headerTimeout = fields.duration("header_timeout", in: timeouts, default: .seconds(10))
        bodyTimeout = fields.duration("body_timeout", in: timeouts, default: .seconds(60))
        idleTimeout = fields.duration("idle_timeout", in: timeouts, default: .seconds(120))
        requestsPerConnectionMax = fields.integer("requests_per_connection", in: 1...1_000_000_000, default: 100_000)
        writeTimeout = fields.duration("write_timeout", in: timeouts, default: .seconds(60))
        if bodyBytesMax > bufferedBodiesBytesMax {
            let total = SizeText.text(bufferedBodiesBytesMax)
            fields.conflict(
                "one body (\(SizeText.text(bodyBytesMax))) may be larger than all bodies together (\(total))",
                at: fields.has("body") ? "body" : "buffered_bodies", hint: "raise buffered_bodies or lower body")
        }
        fields.finish()
    }
}
