/// How long to wait before the next try to connect: twice as long each time, up to a second, with jitter so that pods do not come together.
struct RedisBackOff {
    static let firstMilliseconds = 50
    static let longestMilliseconds = 1000

    private var failures = 0

    mutating func reset() { failures = 0 }

    /// - Parameter share: of the second half of the wait, in 0..<1.
    mutating func next(share: Double) -> Duration {
        let whole = min(Self.firstMilliseconds << min(failures, 10), Self.longestMilliseconds)
        failures += 1
        return .milliseconds(whole / 2 + Int(Double(whole / 2) * share))
    }
}
