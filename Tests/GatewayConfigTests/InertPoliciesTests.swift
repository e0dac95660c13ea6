import Testing

@testable import GatewayConfig

@Suite("Policies for what no request on a route can be")
struct InertPoliciesTests {
    private func warnings(_ match: String) throws -> [String] {
        let file = """
            version: 1
            providers: { demo: { dialect: openai, url: "demo:" } }
            models: { fast: { targets: [{ provider: demo, model: m }] } }
            routes:
              - name: a
                match: \(match)
                authn: { anonymous: true }
                quota:
                  - { allow: 10 requests per minute, each: everyone }
                  - { allow: 10k tokens per day, each: everyone }
                  - { allow: 5k output tokens per day, each: everyone }
                cache: { keep: 1h, scope: everyone }
                transform: { request: { system: { prepend: "Be brief." } } }
            """
        return try Fixtures.read(file).warnings.map { "\($0.line): \($0.message)" }
    }

    private static let noTokens = "this limit is never reached: no request on this route costs tokens"
    private static let noCache = "12: this cache stays empty: no answer on this route can be kept"
    private static let noPrompt = "13: this system prompt is never sent: no request on this route is a conversation"

    @Test(arguments: ["{ path: /v1/models }", "{ path: [/models, /v1beta/models] }", "{ method: GET }", "{ path: /v1/*, method: [GET, HEAD] }"])
    func `are warned of where only lists are asked for`(match: String) throws {
        #expect(try warnings(match) == ["10: " + Self.noTokens, "11: " + Self.noTokens, Self.noCache, Self.noPrompt])
    }

    @Test func `are warned of where only embeddings are`() throws {
        #expect(
            try warnings("{ path: /v1/embeddings }") == [
                "11: this limit is never reached: no answer on this route has output tokens", Self.noPrompt,
            ])
    }

    @Test(arguments: ["{ path: /v1/chat/completions }", "{ path: [/v1/models, /v1/messages] }", "{ path: /v1/* }", "{}", "{ path: /v1/files }"])
    func `are none where a conversation can come`(match: String) throws {
        #expect(try warnings(match) == [])
    }
}
