import GatewayConfig

extension QuotaLimit {
    /// - Parameter pods: how many gateways share the limit.
    init(_ config: QuotaConfig, pods: Int) {
        let onExceed: OnExceed =
            switch config.onExceed {
            case .reject: .reject
            case .clamp: .clamp
            case .finish: .finish
            }
        let withoutStore: WithoutStore =
            switch config.onRedisFailure {
            case .share: .share(pods: pods)
            case .reject: .reject
            case .allow: .allow
            }
        self.init(
            name: config.name, allowance: config.allowance, each: Dimension(config.each), onExceed: onExceed, isShadow: config.isShadow,
            chargesCached: config.chargesCached, withoutStore: withoutStore)
    }
}

extension QuotaLimit.Dimension {
    fileprivate init(_ config: QuotaConfig.Dimension) {
        switch config {
        case .caller: self = .caller
        case .team: self = .team
        case .route: self = .route
        case .model: self = .model
        case .claim(let name): self = .claim(name)
        case .everyone: self = .everyone
        }
    }
}
