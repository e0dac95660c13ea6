import GatewayConfig
import MonotonicClock
import Testing

@Suite("A large configuration")
struct LargeConfigurationTests {
    /// Without optimisation, and more so under a sanitizer, comparing routes takes a hundred times as long.
    #if DEBUG
        private static let (routeCount, callerCount, patience) = (200, 2000, Duration.seconds(60))
    #else
        private static let (routeCount, callerCount, patience) = (1000, 10_000, Duration.seconds(2))
    #endif

    /// `kind` makes the routes hard to tell apart in one way or another.
    @Test(arguments: ["exact", "globs", "callers"])
    func `of 1,000 routes and 10,000 callers is checked while one waits`(kind: String) throws {
        let bytes = Array(Self.text(routes: Self.routeCount, callers: Self.callerCount, kind: kind).utf8)

        let start = Instant.now
        let loaded = try Configuration.read(bytes, file: "large.yaml", environment: Fixtures.environment)
        let elapsed = Instant.now - start

        #expect(loaded.configuration.routes.count == Self.routeCount)
        #expect(loaded.configuration.callers.count == Self.callerCount)
        print("\(kind): \(bytes.count / 1024) KiB read and checked in \(elapsed)")
        #expect(elapsed < Self.patience)
    }

    @Test func `with a mistake in every caller is refused while one waits`() throws {
        let text = Self.text(routes: 10, callers: Self.callerCount, kind: "exact").replacing("models: [fast]", with: "models: [fsat]")

        let start = Instant.now
        let errors = #expect(throws: ConfigurationErrors.self) { try Fixtures.read(text) }

        #expect(errors?.diagnostics.count == Self.callerCount)
        #expect(Instant.now - start < Self.patience)
    }

    static func text(routes: Int, callers: Int, kind: String) -> String {
        var text = """
            version: 1
            providers: { openai: { dialect: openai, key: "${env:OPENAI_API_KEY}" } }
            models: { fast: { targets: [{ provider: openai, model: gpt-5-mini }] } }
            callers:

            """
        for index in 0..<callers {
            let number = String(index, radix: 16)
            let hash = String(repeating: "0", count: 63 - number.count) + "1" + number
            text += "  - { name: caller-\(index), team: team-\(index % 100), key: \"sha256:\(hash.suffix(64))\", models: [fast] }\n"
        }
        text += "routes:\n"
        for index in 0..<routes {
            let match =
                switch kind {
                case "globs": "{ path: \"/v1/tenant-\(index)/*\", model: \"*\" }"
                case "callers": "{ path: /v1/chat/completions, caller: [caller-\(index), caller-\(index + 1)] }"
                default: "{ path: /v1/tenant-\(index)/chat/completions, model: fast }"
                }
            text +=
                "  - name: route-\(index)\n    match: \(match)\n    quota: [{ allow: 60 requests per minute }, { allow: 20 at once, each: team }]\n"
            text += "    fallback: [{ on: any, answer: { message: later } }]\n"
        }
        return text
    }
}
