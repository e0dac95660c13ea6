import GatewayCore

/// The upper bounds of a histogram's buckets, the same for all of its series.
struct HistogramBounds: Sendable {
    /// Ascending; at most `Histogram.bucketsMax`. The last bucket, without a bound, is not among them.
    let nanoseconds: [Int64]
    /// The same bounds in seconds, as they are written.
    let labels: [String]

    /// - Parameter bounds: each in units of 100 µs.
    private init(_ bounds: [Int64]) {
        precondition(bounds.count <= Histogram.bucketsMax, "A histogram has room for \(Histogram.bucketsMax) bounds.")
        nanoseconds = bounds.map { $0 * 100_000 }
        labels = bounds.map { Self.seconds($0) }
    }

    /// A whole request: the buckets of OpenTelemetry's `gen_ai.client.operation.duration`, and three more for long streams.
    static let requestDuration = HistogramBounds((0..<14).map { 100 << $0 } + [1_638_400, 3_276_800, 6_000_000])
    /// The buckets of `gen_ai.server.time_to_first_token`, and three more for models that think first.
    static let timeToFirstToken = HistogramBounds(
        [10, 50, 100, 200, 400, 600, 800, 1_000, 2_500, 5_000, 7_500, 10_000, 25_000, 50_000, 75_000, 100_000, 200_000, 400_000, 800_000])
    /// The gateway's own share.
    static let overhead = HistogramBounds([1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000])

    /// A number of 100 µs steps as seconds, without trailing zeros: 819200 is `81.92`.
    private static func seconds(_ steps: Int64) -> String {
        let whole = steps / 10_000
        guard steps % 10_000 != 0 else { return "\(whole)" }
        var fraction = String(10_000 + steps % 10_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}

/// Counts of observations by size. A plain value without references, so that a table of them is copied with one `memcpy`.
struct Histogram: Sendable {
    static let bucketsMax = 20

    /// Observations in each bucket alone; index `bounds.count` holds those above the last bound.
    private(set) var buckets = InlineArray<21, UInt64>(repeating: 0)
    private(set) var sumSeconds = 0.0

    var count: UInt64 {
        var total: UInt64 = 0
        for index in buckets.indices { total &+= buckets[index] }
        return total
    }

    /// A bound belongs to its bucket (`le` is "less or equal").
    mutating func observe(_ duration: Duration, in bounds: HistogramBounds) {
        let nanoseconds = max(0, duration.wholeNanoseconds)
        var index = 0
        while index < bounds.nanoseconds.count, bounds.nanoseconds[index] < nanoseconds { index += 1 }
        buckets[index] &+= 1
        sumSeconds += Double(nanoseconds) / 1e9
    }

    mutating func add(_ other: Histogram) {
        for index in buckets.indices { buckets[index] &+= other.buckets[index] }
        sumSeconds += other.sumSeconds
    }
}
