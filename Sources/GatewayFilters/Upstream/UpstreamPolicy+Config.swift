package import GatewayConfig
import GatewayCore

extension UpstreamPolicy {
    package init(_ config: UpstreamConfig) {
        self.init(
            balance: Balance(config.balance),
            timeouts: UpstreamTimeouts(
                connect: config.timeouts.connect, firstByte: config.timeouts.firstByte,
                firstToken: config.timeouts.firstToken, idle: config.timeouts.idle, total: config.timeouts.total),
            retry: RetryPolicy(
                attempts: config.retry.attempts, on: config.retry.on, backoff: config.retry.backoff, waitMax: config.retry.waitMax),
            ejection: config.eject.map { EjectionPolicy(failures: $0.failures, duration: $0.duration) })
    }
}

extension Balance {
    fileprivate init(_ config: UpstreamConfig.Balance) {
        switch config {
        case .weighted: self = .weighted
        case .first: self = .first
        case .leastPending: self = .leastPending
        case .fastest: self = .fastest
        case .cheapest: self = .cheapest
        }
    }
}
