import GatewayConfig
import Testing

@Suite("The redis block")
struct RedisBlockTests {
    @Test(arguments: [
        ("redis://redis", RedisPlace.tcp(host: "redis", port: 6379), 0),
        ("redis://redis.default.svc:7000/15", .tcp(host: "redis.default.svc", port: 7000), 15),
        ("redis://[::1]:6380/", .tcp(host: "::1", port: 6380), 0),
        ("unix:///run/redis.sock", .unix(path: "/run/redis.sock"), 0),
        ("unix:///run/redis.sock?db=3", .unix(path: "/run/redis.sock"), 3),
    ])
    func `takes the URLs that redis-cli and the clients of other languages take`(url: String, place: RedisPlace, database: Int) throws {
        let redis = try RedisConfig.load("{ url: \"\(url)\" }")

        #expect(redis.source == .server(place))
        #expect(redis.database == database)
        #expect(redis.username == nil && redis.password == nil)
        #expect(redis.deadline == .milliseconds(20) && redis.connectTimeout == .seconds(1) && redis.keyTag == "weir")
    }

    @Test func `takes user and password from the URL, where signs stand as their numbers`() throws {
        let redis = try RedisConfig.load("{ url: \"redis://we%3Air:p%40ss%2Fw%C3%B6rd@redis:6379/1\" }")

        #expect(redis.username == "we:ir")
        #expect(redis.password?.reveal() == "p@ss/wörd")
        #expect("\(redis)".contains("p@ss") == false)
    }

    @Test func `takes sentinels and a cluster`() throws {
        let byName = try RedisConfig.load(
            "{ password: \"${env:A_KEY}\", sentinel: { addresses: [s1, \"s2:5000\"], master: mymaster } }",
            environment: Fixtures.environment)
        let cluster = try RedisConfig.load("{ url: redis://node-0, cluster: true }")

        guard case .sentinel(let sentinel) = byName.source else {
            Issue.record("no sentinels")
            return
        }
        #expect(sentinel.addresses == [.tcp(host: "s1", port: 26_379), .tcp(host: "s2", port: 5000)])
        #expect(sentinel.master == "mymaster")
        #expect(byName.password?.reveal() == Fixtures.secret)
        #expect(cluster.source == .cluster(.tcp(host: "node-0", port: 6379)))
    }
}
