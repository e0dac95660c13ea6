import GatewayCore
import JSONBytes
import Testing
import WebTokens

@testable import GatewayFilters

extension TokenIssuer {
    /// The mint, with the keys that it publishes at hand.
    static func sample(
        keys: IssuerKeys? = nil, mapping: TokenMapping = .sample(), lifetimeSecondsMax: Int? = 86_400
    ) throws -> TokenIssuer {
        let algorithms = TokenAlgorithm.allCases.filter { $0 != .hs256 }
        let rules = TokenRules(
            issuer: Mint.issuer, audiences: ["weir", "weir-next"], algorithms: algorithms, leewaySeconds: 30, lifetimeSecondsMax: lifetimeSecondsMax)
        let keys = try keys ?? IssuerKeys(TokenKeySet(jwks: Array(Mint.jwks.utf8), for: algorithms))
        return TokenIssuer(name: "login", rules: rules, keys: keys, mapping: mapping)
    }
}

extension TokenMapping {
    static func sample(
        prefix: String = "login/", caller: String = "sub", team: String? = nil, models: String? = nil, claims: [String: String] = [:],
        requirements: [(String, [String])] = []
    ) -> TokenMapping {
        func path(_ text: String) -> Path { Path(text, JSONPointer(tokens: text.split(separator: ".").map(String.init))) }
        return TokenMapping(
            prefix: prefix, caller: path(caller), team: team.map(path), models: models.map(path), claims: claims.map { ($0, path($1)) },
            requirements: requirements.map { (path($0), $1.map { Glob($0) }) })
    }
}

@Suite("A token")
struct TokenTests {
    /// Who a request with this credential is from.
    private func identity(_ token: String, by issuer: TokenIssuer? = nil, on worker: FakeWorker = FakeWorker()) async throws -> Identity {
        let directory = CallerDirectory([], tokens: TokenTable([try issuer ?? .sample()]))
        return await directory.identify(.sample(on: worker, headers: [("x-api-key", token)]))
    }

    @Test(
        "is believed when its issuer signed it, with each of the algorithms",
        arguments: [
            ("RS256", "rsa", .rs256), ("RS384", "rs384", .rs384), ("RS512", "rs512", .rs512), ("PS256", "ps", .ps256), ("ES256", "p256", .es256),
            ("ES384", "p384", .es384), ("EdDSA", "ed", .edDSA),
        ] as [(String, String, Mint.Signer)])
    func isBelieved(algorithm: String, kid: String, signer: Mint.Signer) async throws {
        let named = Mint.token(header: #"{"alg":"\#(algorithm)","kid":"\#(kid)","typ":"JWT"}"#, signer)
        let unnamed = Mint.token(header: #"{"alg":"\#(algorithm)"}"#, signer)

        #expect(try await identity(named).caller?.name == "login/alice")
        #expect(try await identity(unnamed).caller?.name == "login/alice")
    }

    @Test(arguments: Forgery.all)
    func `is not believed when it is forged`(forgery: Forgery) async throws {
        let identity = try await identity(forgery.token)

        guard case .refused(.jwt, .tokenRefused(let reason, _)) = identity else {
            Issue.record("\(forgery.name): \(identity)")
            return
        }
        #expect(reason.contains(forgery.reason), "\(forgery.name): \(reason)")
    }

    @Test func `forgeries are many, and each has a name of its own`() {
        #expect(Forgery.all.count >= 100)
        #expect(Set(Forgery.all.map(\.name)).count == Forgery.all.count)
    }

    @Test(arguments: ["a.b", "sk-alice", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.e30", "", "....", "ey"])
    func `is what looks like one, and all else is a key`(text: String) async throws {
        let identity = try await identity(text)

        #expect(identity.isUnknown || identity.isAbsent)
    }

    @Test(
        arguments: [
            [("exp", "\(Mint.now - 29)")], [("exp", "\(Mint.now + 1).5")], [("nbf", "\(Mint.now + 29)")], [("iat", "\(Mint.now + 29)")],
            [("aud", #"["other","weir"]"#)], [("aud", "\"weir-next\"")], [("iat", nil)], [("exp", "\(Mint.now + 600)e0")],
        ] as [[(String, String?)]])
    func `is believed to the edge of its times, and for each of its audiences`(changes: [(String, String?)]) async throws {
        #expect(try await identity(Mint.token(changes)).caller != nil)
    }

    @Test func `with a shared secret is believed where there is one`() async throws {
        let rules = TokenRules(issuer: Mint.issuer, audiences: ["weir"], algorithms: [.hs256])
        let key = try #require(TokenKey(secret: Mint.secret))
        let issuer = TokenIssuer(name: "login", rules: rules, keys: IssuerKeys(TokenKeySet([key])), mapping: .sample())

        #expect(try await identity(Mint.token(header: #"{"alg":"HS256"}"#, .hs256(Mint.secret)), by: issuer).caller != nil)
        #expect(try await identity(Mint.token(header: #"{"alg":"HS256"}"#, .hs256(Mint.secret.dropLast())), by: issuer).caller == nil)
        #expect(try await identity(Mint.token(), by: issuer).caller == nil)
    }

    @Test func `says who calls, of which team, with which models and claims`() async throws {
        let mapping = TokenMapping.sample(
            caller: "client.id", team: "groups.1", models: "scope", claims: ["tier": "realm.tier", "seat": "seat", "none": "none", "list": "groups"])
        let claims = [
            ("client", #"{"id":42}"#), ("groups", #"["x","shop"]"#), ("scope", #""fast gpt-*""#), ("realm", #"{"tier":"gold"}"#), ("seat", "7"),
        ]

        let caller = try #require(try await identity(Mint.token(claims), by: .sample(mapping: mapping)).caller)

        #expect(caller.name == "login/42")
        #expect(caller.team == "shop")
        #expect(caller.mayUse("fast") && caller.mayUse("gpt-5") && !caller.mayUse("slow"))
        #expect(caller.claims == ["tier": "gold", "seat": "7"])
    }

    @Test func `that lacks the claim for models may use none`() async throws {
        let caller = try #require(try await identity(Mint.token(), by: .sample(mapping: .sample(models: "models"))).caller)

        #expect(caller.models == [])
        #expect(!caller.mayUse("fast"))
    }

    @Test(arguments: [
        (#"["ai","x"]"#, true), (#""ai""#, true), (#""ml-ops""#, true), (#"["a"]"#, false), ("[]", false), (#"{"ai":1}"#, false), ("null", false),
        (nil, false),
    ])
    func `has to have what is asked for`(claim: String?, isLetIn: Bool) async throws {
        let issuer = try TokenIssuer.sample(mapping: .sample(requirements: [("groups", ["ai", "ml-*"])]))

        let identity = try await identity(Mint.token([("groups", claim)]), by: issuer)

        #expect((identity.caller != nil) == isLetIn)
        if !isLetIn { #expect(identity.error == .tokenRefused(.claimNotAccepted(name: "groups"))) }
    }

    @Test func `without a prefix is never taken for nobody`() async throws {
        let issuer = try TokenIssuer.sample(mapping: .sample(prefix: ""))

        #expect(try await identity(Mint.token([("sub", "\"anonymous\"")]), by: issuer).error == .tokenRefused(.claimUnusable(name: "sub")))
        #expect(try await identity(Mint.token(), by: issuer).caller?.name == "alice")
    }

    @Test func `is checked once, and believed until it expires`() async throws {
        let worker = FakeWorker()
        let directory = CallerDirectory([], tokens: try TokenTable([.sample()]))
        let token = Mint.token([("exp", "\(Mint.now + 5)")])
        func identity() async -> Identity { await directory.identify(.sample(on: worker, headers: [("x-api-key", token)])) }

        let first = try #require(await identity().caller)
        #expect(await identity().caller === first)
        worker.secondsSince1970 += 34
        #expect(await identity().caller === first)
        worker.secondsSince1970 += 1
        #expect(await identity().error == .tokenRefused(.expired))
    }

    @Test func `that was checked does not vouch for one that differs in its signature`() async throws {
        let directory = CallerDirectory([], tokens: try TokenTable([.sample()]))
        let token = Mint.token()
        _ = await directory.identify(.sample(headers: [("x-api-key", token)]))

        let forged = token.split(separator: ".")[..<2].joined(separator: ".") + "." + Mint.text([UInt8](repeating: 1, count: 64))

        #expect(await directory.identify(.sample(headers: [("x-api-key", forged)])).error == .tokenRefused(.signatureWrong))
    }

    @Test func `that was checked makes room for others in the end`() throws {
        let tokens = VerifiedTokens(countMax: 64)
        let issuer = try TokenIssuer.sample()
        let validity = try issuer.rules.check(try SignedToken(Array(Mint.token().utf8)), now: Mint.now)
        let token = VerifiedToken(issuer: issuer, keysVersion: 0, caller: Caller(name: "a"), validity: validity)

        for number in 0..<10_000 { tokens.keep(token, for: .of("token-\(number)"), now: 0) }

        #expect(tokens.count == 64)
        #expect(tokens.token(for: .of("token-9999")) != nil)
        #expect(tokens.token(for: .of("token-0")) == nil)
    }
}
