import Testing

@testable import GatewayServer

@Suite("A request's id")
struct RequestIDTests {
    @Test(arguments: ["abc", "01J9Z-req_1.2:3", "a=b/c+d"])
    func `is the client's own when it is short and harmless`(offered: String) {
        #expect(RequestID.choose(offered) { 1 } == offered)
    }

    @Test(arguments: [nil, "", "a b", "a\"b", "a\nb", "ä", String(repeating: "a", count: 129)])
    func `is a new one otherwise`(offered: String?) {
        #expect(RequestID.choose(offered) { 0xabc } == "0000000000000abc0000000000000abc")
    }
}

@Suite("Health")
struct HealthTests {
    @Test func `is alive from the start, ready while serving, and not while draining`() {
        let health = Health(version: "1")
        func statuses() -> [Int?] { ["/livez", "/health", "/readyz", "/nothing"].map { health.page($0)?.status } }

        #expect(statuses() == [200, 200, 503, nil])
        health.current = .serving
        #expect(statuses() == [200, 200, 200, nil])
        health.current = .draining
        #expect(statuses() == [200, 200, 503, nil])
    }
}
