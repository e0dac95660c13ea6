package import GatewayCore

/// How a route asks its targets.
package struct UpstreamPolicy: Sendable {
    package var balance: Balance
    /// `total` bounds a request with all its attempts.
    package var timeouts: UpstreamTimeouts
    package var retry: RetryPolicy
    /// nil: a target is never left out.
    package var ejection: EjectionPolicy?

    package init(balance: Balance = .weighted, timeouts: UpstreamTimeouts = UpstreamTimeouts(), retry: RetryPolicy, ejection: EjectionPolicy? = nil) {
        self.balance = balance
        self.timeouts = timeouts
        self.retry = retry
        self.ejection = ejection
    }
}
