import GatewayCore
import HTTPWire
import Testing

@testable import GatewayFilters

@Suite("The authn filter")
struct AuthnFilterTests {
    private let directory = CallerDirectory([
        (.of("sk-alice"), Caller(name: "alice")), (.of("sk-bob"), Caller(name: "bob", models: [Glob("fast"), Glob("gpt-*")])),
    ])

    private func filter(_ acceptsKeys: Bool, _ allowsAnonymous: Bool, unknown: AuthnFilter.UnknownKeys = .anonymous) -> AuthnFilter {
        AuthnFilter(directory: directory, accepted: acceptsKeys ? [.key] : [], allowsAnonymous: allowsAnonymous, unknownKeys: unknown)
    }

    /// Who got in: a caller's name, or "-" for somebody anonymous.
    private func admitted(by filter: AuthnFilter, key: String?) async throws -> String {
        let exchange = Exchange.sample(headers: key.map { [("authorization", "Bearer \($0)")] } ?? [])
        _ = try await filter.handle(exchange, next: .answers())
        return exchange.caller?.name ?? "-"
    }

    @Test func `names the caller whose key it is`() async throws {
        #expect(try await admitted(by: filter(true, false), key: "sk-alice") == "alice")
        #expect(try await admitted(by: filter(true, true), key: "sk-bob") == "bob")
    }

    @Test func `refuses a request without a key unless anonymous requests are allowed`() async throws {
        await #expect(throws: GatewayError.keyMissing) { try await admitted(by: filter(true, false), key: nil) }
        await #expect(throws: GatewayError.keyMissing) { try await admitted(by: filter(false, false), key: nil) }
        #expect(try await admitted(by: filter(true, true), key: nil) == "-")
        #expect(try await admitted(by: filter(false, true), key: nil) == "-")
    }

    @Test func `refuses an unknown key where a key is needed`() async {
        await #expect(throws: GatewayError.keyUnknown) { try await admitted(by: filter(true, false), key: "wrong") }
    }

    @Test func `lets an unknown key in as anonymous, or refuses it, as it was told`() async throws {
        #expect(try await admitted(by: filter(true, true), key: "wrong") == "-")
        await #expect(throws: GatewayError.keyUnknown) { try await admitted(by: filter(true, true, unknown: .refused), key: "wrong") }
    }

    @Test func `does not look at keys on a route that takes none`() async throws {
        #expect(try await admitted(by: filter(false, true), key: "sk-alice") == "-")
        #expect(try await admitted(by: filter(false, true, unknown: .refused), key: "wrong") == "-")
    }

    @Test func `forgets who routing took the caller for when the route takes no keys`() async throws {
        let exchange = Exchange.sample(headers: [("x-api-key", "sk-alice")])
        exchange.caller = await directory.identify(exchange).caller

        _ = try await filter(false, true).handle(exchange, next: .answers())

        #expect(exchange.caller == nil)
    }

    @Test(arguments: ["fast", "gpt-5", "gpt-"])
    func `lets a caller use the models it may use`(model: String) async throws {
        let exchange = Exchange.sample(headers: [("x-api-key", "sk-bob")], model: model)

        let response = try await filter(true, false).handle(exchange, next: .answers("ok"))

        #expect(try await response.read() == "ok")
    }

    @Test(arguments: ["slow", "fast2", "gpt", ""])
    func `refuses a model that the caller may not use`(model: String) async {
        let exchange = Exchange.sample(headers: [("x-api-key", "sk-bob")], model: model)

        await #expect(throws: GatewayError.modelForbidden(model: model)) {
            _ = try await filter(true, false).handle(exchange, next: .fails(.internalFailure(reason: "it was let in")))
        }
    }

    @Test func `lets a caller with a list of models make requests that name none`() async throws {
        let exchange = Exchange.sample(method: "GET", target: "/v1/models", headers: [("x-api-key", "sk-bob")], body: "", model: nil)

        let response = try await filter(true, false).handle(exchange, next: .answers("list"))

        #expect(try await response.read() == "list")
    }

    /// An upload, or the like: something that has no model that could be read.
    private func passThrough(
        _ body: String, target: String = "/v1/images/edits", method: String = "POST", key: String = "sk-bob", model: String? = nil
    ) -> Exchange {
        .sample(method: method, target: target, headers: [("x-api-key", key)], body: body, operation: .other, model: model)
    }

    @Test func `refuses a caller with a list of models whatever asks for a model that cannot be read`() async throws {
        for exchange in [
            passThrough(#"[{"model":"slow"}]"#), passThrough("model=slow"), passThrough("", target: "/v1/engines/slow/completions"),
            passThrough("{}", target: "/v1/engines/slow/completions", model: "fast"), passThrough("", target: "/v1/models/slow", method: "DELETE"),
        ] {
            await #expect(throws: GatewayError.modelUnreadable) {
                _ = try await filter(true, false).handle(exchange, next: .fails(.internalFailure(reason: "it was let in")))
            }
        }
        await #expect(throws: GatewayError.modelForbidden(model: "slow")) {
            _ = try await filter(true, false).handle(passThrough("--x", model: "slow"), next: .fails(.internalFailure(reason: "it was let in")))
        }
    }

    @Test func `lets others, and what has no body or a model that is allowed, pass`() async throws {
        for exchange in [
            passThrough("--x", model: "fast"), passThrough("", target: "/v1/files", method: "GET"), passThrough("model=slow", key: "sk-alice"),
        ] {
            let response = try await filter(true, false).handle(exchange, next: .answers("ok"))
            #expect(try await response.read() == "ok")
        }
    }

    @Test func `uses what routing found out about the key`() async throws {
        let exchange = Exchange.sample(headers: [("x-api-key", "wrong")])
        exchange.identity = .known(Caller(name: "found before"), by: .key)

        _ = try await filter(true, false).handle(exchange, next: .answers())

        #expect(exchange.caller?.name == "found before")
    }

    // MARK: - Addresses

    private func answer(from peer: String?, forwarded: String? = nil, key: String = "sk-alice", _ filter: AuthnFilter) async throws -> String {
        let exchange = Exchange.sample(headers: [("x-api-key", key)] + (forwarded.map { [("x-forwarded-for", $0)] } ?? []))
        exchange.peer = peer.flatMap { IPAddress($0) }
        return try await filter.handle(exchange, next: .answers("ok")).read()
    }

    private func filter(ips: [String], proxies: [String] = []) throws -> AuthnFilter {
        AuthnFilter(
            directory: directory, accepted: [.key], allowsAnonymous: false, addresses: try ips.map { try AddressBlock($0) },
            proxies: try proxies.map { try AddressBlock($0) })
    }

    @Test func `lets requests in from the route's addresses alone, whatever they say of others`() async throws {
        let filter = try filter(ips: ["10.0.0.0/8", "::1"])

        #expect(try await answer(from: "10.1.2.3", filter) == "ok")
        #expect(try await answer(from: "::1", filter) == "ok")
        #expect(try await answer(from: "::ffff:10.1.2.3", filter) == "ok")
        for (peer, forwarded) in [("192.0.2.7", nil), ("192.0.2.7", "10.1.2.3"), (nil, "10.1.2.3")] {
            await #expect(throws: GatewayError.addressForbidden) { try await answer(from: peer, forwarded: forwarded, filter) }
        }
    }

    @Test func `takes a trusted proxy's word for the address, and nobody's behind it`() async throws {
        let filter = try filter(ips: ["10.0.0.0/8"], proxies: ["192.0.2.0/24"])

        #expect(try await answer(from: "192.0.2.7", forwarded: "10.1.2.3", filter) == "ok")
        #expect(try await answer(from: "192.0.2.7", forwarded: "203.0.113.9, 10.1.2.3, 192.0.2.8", filter) == "ok")
        for forwarded in ["203.0.113.9", "10.1.2.3, 203.0.113.9", "10.1.2.3, unknown", ""] {
            await #expect(throws: GatewayError.addressForbidden) { try await answer(from: "192.0.2.7", forwarded: forwarded, filter) }
        }
    }

    @Test func `lets a caller in from its own addresses alone`() async throws {
        let caller = Caller(name: "office", addresses: [try AddressBlock("203.0.113.0/24")])
        let filter = AuthnFilter(directory: CallerDirectory([(.of("sk-office"), caller)]), accepted: [.key], allowsAnonymous: false)

        #expect(try await answer(from: "203.0.113.4", key: "sk-office", filter) == "ok")
        await #expect(throws: GatewayError.addressForbidden) { try await answer(from: "203.0.112.4", key: "sk-office", filter) }
    }

    // MARK: - Tokens

    private func filter(_ accepted: Set<CredentialKind>, anonymous: Bool = false) throws -> AuthnFilter {
        let directory = CallerDirectory([(.of("sk-alice"), Caller(name: "alice"))], tokens: try TokenTable([.sample()]))
        return AuthnFilter(directory: directory, accepted: accepted, allowsAnonymous: anonymous, unknownKeys: .refused)
    }

    @Test(arguments: ["authorization", "x-api-key", "api-key", "x-goog-api-key"])
    func `takes a token from every header that clients use`(name: String) async throws {
        let exchange = Exchange.sample(headers: [(name, (name == "authorization" ? "Bearer " : "") + Mint.token())])

        _ = try await filter([.key, .jwt]).handle(exchange, next: .answers())

        #expect(exchange.caller?.name == "login/alice")
        #expect(exchange.caller?.issuer == "login")
    }

    @Test func `takes the kinds of credentials that the route accepts, and says which it does not`() async throws {
        #expect(try await admitted(by: filter([.key]), key: "sk-alice") == "alice")
        #expect(try await admitted(by: filter([.jwt]), key: Mint.token()) == "login/alice")
        #expect(try await admitted(by: filter([.jwt], anonymous: true), key: nil) == "-")
        await #expect(throws: GatewayError.credentialNotTaken(.jwt)) { try await admitted(by: filter([.key]), key: Mint.token()) }
        await #expect(throws: GatewayError.credentialNotTaken(.key)) { try await admitted(by: filter([.jwt]), key: "sk-alice") }
        await #expect(throws: GatewayError.credentialNotTaken(.key)) { try await admitted(by: filter([.jwt], anonymous: true), key: "wrong") }
    }

    @Test func `takes a key that looks like a token for the key that it is`() async throws {
        let key = "eyJ.a.b"
        let directory = CallerDirectory([(.of(key), Caller(name: "odd"))], tokens: try TokenTable([.sample()]))

        #expect(try await admitted(by: AuthnFilter(directory: directory, accepted: [.key], allowsAnonymous: false), key: key) == "odd")
    }
}
