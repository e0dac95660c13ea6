import GatewayConfig
import GatewayCore
import MonotonicClock
import Testing

@Suite("A value")
struct ValuesTests {
    @Test(arguments: [
        ("gpt-*", "gpt-5", true), ("gpt-*", "gpt-", true), ("gpt-*", "xgpt-5", false), ("*", "", true), ("a*b*c", "aXbYc", true),
        ("a*b*c", "abcb", false),
        ("*mini", "gpt-5-mini", true), ("*mini", "mini-x", false), ("exact", "exact", true), ("exact", "exactly", false), ("**", "x", true),
        ("", "", true), ("", "x", false),
    ])
    func `that is a glob matches runs of characters`(pattern: String, text: String, matches: Bool) {
        #expect(Glob(pattern).matches(text) == matches)
    }

    @Test(arguments: [
        ("gpt-*", "gpt-5*", true), ("gpt-5*", "gpt-*", false), ("*", "*", true), ("a*", "a", true), ("a", "a*", false), ("a*c", "a*b*c", true),
        ("a*b*c", "a*c", false), ("*a*", "ba*b", true), ("x", "x", true),
    ])
    func `that is a glob knows which others it covers`(outer: String, inner: String, covers: Bool) {
        #expect(Glob(outer).covers(Glob(inner)) == covers)
    }

    @Test func `that is a glob is decided in bounded time`() {
        let pattern = Glob(String(repeating: "a*", count: 60) + "b")
        let text = String(repeating: "a", count: 20_000)

        let start = Instant.now
        let matches = pattern.matches(text)

        #expect(!matches)
        #expect(Instant.now - start < .seconds(5))
    }

    @Test func `that is secret prints as nothing`() {
        let secret = Secret("sk-123")
        var dumped = ""
        dump(secret, to: &dumped)
        dump([HeaderHolder(secret: secret)], to: &dumped)

        let printed = ["\(secret)", String(reflecting: secret), String(describing: [secret]), String(describing: Optional(secret)), dumped]

        #expect(!printed.joined().contains("sk-123"))
        #expect(secret.reveal() == "sk-123")
    }

    private struct HeaderHolder { let secret: Secret }

    @Test func `that is a key hash gives back its bytes`() throws {
        let bytes = (0..<32).map { UInt8($0 * 7) }

        #expect(KeyHash(bytes: bytes)?.bytes == bytes)
        #expect(KeyHash(bytes: bytes.dropLast()) == nil)
    }

    @Test func `that is a key hash is the same in both cases of digits`() throws {
        let digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        let callers = try [digits, digits.uppercased()].map { try CallerConfig.load("{ name: a, key: \"sha256:\($0)\" }") }

        #expect(callers[0].keys == callers[1].keys)
        #expect(callers[0].keys.first?.hash.bytes.first == 0x9F)
    }

    @Test(arguments: [
        ("${env:A}", "one"), ("x-${env:A}-${env:A}", "x-one-one"), ("${env:UNSET:-two}", "two"), ("${env:EMPTY:-three}", "three"),
        ("$${env:A}", "${env:A}"), ("$5 {x}", "$5 {x}"), ("${env:UNSET:-a:-b}", "a:-b"), ("$${${env:A}}", "${one}"),
    ])
    func `may refer to the environment`(text: String, expected: String) throws {
        let environment = ConfigEnvironment(
            variable: { ["A": "one", "EMPTY": ""][$0] }, readFile: { _, _ in .failure(.empty) })

        let transform = try TransformConfig.load("{ request: { system: { prepend: '\(text)' } } }", environment: environment)

        #expect(transform.systemPrepend == expected)
    }

    @Test func `of a configuration is not printed when it is secret`() throws {
        let loaded = try Fixtures.read(
            """
            version: 1
            providers: { a: { dialect: openai, key: "${env:A_KEY}", proxy: "http://u:${env:B_KEY}@p:1", headers: { x: "${env:C_KEY}" } } }
            routes: [{ name: r, authn: { anonymous: true }, upstream: { provider: a } }]
            """)
        var dumped = "\(loaded.configuration)"
        dump(loaded.configuration, to: &dumped)

        #expect(!dumped.contains(Fixtures.secret))
    }
}
