import GatewayConfig
import GatewayCore

extension KeyTable {
    convenience init(_ callers: [CallerConfig]) {
        self.init(
            callers.flatMap { config in
                let caller = Caller(name: config.name, team: config.team, models: config.models, addresses: config.addresses)
                return config.keys.compactMap { key in
                    KeyDigest(bytes: key.hash.bytes).map { Holder(digest: $0, caller: caller, expires: key.expires) }
                }
            })
    }
}
