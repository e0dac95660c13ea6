package import GatewayConfig
import GatewayCore

/// When a failed attempt is repeated, and after how long.
package struct RetryPolicy: Sendable {
    /// Attempts after the first one.
    package var attempts: Int
    package var on: Conditions
    /// Longest pause before the first retry; doubled for each one after it.
    package var backoff: Duration
    /// No pause is longer. A provider that asks for more is not asked again.
    package var waitMax: Duration

    package init(attempts: Int, on: Conditions, backoff: Duration = .milliseconds(100), waitMax: Duration = .seconds(2)) {
        self.attempts = attempts
        self.on = on
        self.backoff = backoff
        self.waitMax = waitMax
    }

    /// The pause before the next attempt.
    ///
    /// Without a provider's wish it is a random share of an exponentially growing pause, so that many clients that failed together do
    /// not come back together.
    ///
    /// - Parameters:
    ///   - number: 0 for the first retry.
    ///   - wish: the seconds that the provider about to be asked again wants to be left alone.
    ///   - random: a number below its argument, which is at least 1.
    /// - Returns: nil when the wish is longer than `waitMax`.
    func pause(before number: Int, wish: Int?, random: (Int) -> Int) -> Duration? {
        let ceiling = min(backoff * (1 << min(number, 16)), waitMax)
        let jittered = Duration.microseconds(random(max(0, ceiling.microseconds) + 1))
        guard let wish else { return jittered }
        return grants(wish) ? max(.seconds(wish), jittered) : nil
    }

    /// Whether a provider is waited for that wants to be left alone for so many seconds.
    func grants(_ wish: Int) -> Bool { .seconds(wish) <= waitMax }
}

extension Duration {
    /// Whole ones, rounded towards zero.
    fileprivate var microseconds: Int { Int(clamping: components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }
}
