import GatewayConfig
import RedisClient

extension RedisSettings {
    init(_ config: RedisConfig) {
        self.init(source: Source(config.source))
        username = config.username
        password = config.password?.reveal()
        database = config.database
        deadline = config.deadline
        connectTimeout = config.connectTimeout
        keyTag = config.keyTag
    }
}

extension RedisSettings.Source {
    fileprivate init(_ source: RedisConfig.Source) {
        self =
            switch source {
            case .server(let place): .server(RedisAddress(place))
            case .cluster(let place): .cluster(RedisAddress(place))
            case .sentinel(let sentinel):
                .sentinels(
                    sentinel.addresses.map { RedisAddress($0) }, master: sentinel.master, username: sentinel.username,
                    password: sentinel.password?.reveal())
            }
    }
}

extension RedisAddress {
    fileprivate init(_ place: RedisPlace) {
        self =
            switch place {
            case .tcp(let host, let port): .tcp(host: host, port: port)
            case .unix(let path): .unix(path: path)
            }
    }
}
