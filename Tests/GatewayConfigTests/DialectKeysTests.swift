import GatewayCore
import JSONBytes
import Testing

@testable import GatewayConfig

@Suite("Keys of dialects and their translation")
struct DialectKeysTests {
    private func read(_ providers: String, targets: String = "[{ provider: p }]", route: String = "") throws -> Configuration {
        let file = """
            version: 1
            providers: { p: { \(providers) } }
            models: { m: { targets: \(targets) } }
            routes: [{ name: all, authn: { anonymous: true }\(route) }]
            """
        return try Fixtures.read(file).configuration
    }

    private func provider(_ text: String) throws -> ProviderConfig { try #require(try read(text).providers.first) }
    private func target(_ text: String) throws -> TargetConfig {
        try #require(try read("dialect: anthropic, key: k", targets: "[{ provider: p, \(text) }]").models.first?.targets.first)
    }

    @Test(arguments: [
        ("openai", "https://api.openai.com/v1"), ("anthropic", "https://api.anthropic.com/v1"),
        ("gemini", "https://generativelanguage.googleapis.com/v1beta"),
    ])
    func `have their maker's address where the file says none`(dialect: String, url: String) throws {
        let provider = try provider("dialect: \(dialect), key: k")

        #expect(provider.dialect.rawValue == dialect)
        guard case .http(let found) = provider.endpoint else { return #expect(Bool(false), "no address") }
        #expect(found.description == url)
    }

    @Test func `warn of an official address without a key`() throws {
        for (dialect, host) in [("anthropic", "api.anthropic.com"), ("gemini", "generativelanguage.googleapis.com")] {
            let file = """
                version: 1
                providers: { p: { dialect: \(dialect) } }
                routes: [{ name: all, authn: { anonymous: true }, upstream: { provider: p } }]
                """

            #expect(try Fixtures.read(file).warnings.map(\.message).contains { $0.contains(host) })
        }
    }

    @Test func `let an endpoint of OpenAI's dialect have both APIs, or those that the file names in its order`() throws {
        #expect(try provider("dialect: openai, key: k").apis == [.chat, .responses])
        #expect(try provider("dialect: openai, key: k, api: responses").apis == [.responses])
        #expect(try provider("dialect: openai, key: k, api: [responses, chat]").apis == [.responses, .chat])
    }

    @Test func `name the most tokens as OpenAI does, unless the file says otherwise`() throws {
        #expect(try provider("dialect: openai, key: k").quirks.outputCap == nil)
        #expect(try provider("dialect: openai, key: k, output_cap: max_tokens").quirks.outputCap == "max_tokens")
    }

    @Test func `know servers that speak like OpenAI by their names`() throws {
        for preset in ProviderPreset.allCases where preset != .vllm {
            let provider = try provider("dialect: openai, key: k, preset: \(preset.rawValue)")

            #expect(provider.endpoint == preset.url.map(ProviderConfig.Endpoint.http))
            #expect(provider.apis == [.chat])
            #expect(provider.quirks == preset.quirks)
        }
        let mistral = try provider("dialect: openai, key: k, preset: mistral").quirks
        #expect(mistral.outputCap == "max_tokens" && mistral.seed == "random_seed" && mistral.mustCall == "any" && mistral.callIDLength == 9)
        #expect(!mistral.takesStreamOptions && !mistral.takesDeveloper && mistral.refusesInMessages.contains("reasoning_content"))
        #expect(try provider("dialect: openai, key: k, preset: deepseek").quirks.thoughts == "reasoning_content")
        let own = try provider("dialect: openai, url: http://vllm/v1, preset: vllm, api: chat")
        #expect(own.apis == [.chat] && own.quirks.takesTopK && own.quirks.thoughts == "reasoning")
    }

    @Test func `take single differences from the file, over those of the preset`() throws {
        let quirks = try provider(
            "dialect: openai, key: k, preset: mistral, output_cap: max_completion_tokens, "
                + "quirks: { refuses: [seed], message_refuses: [], developer: true, stream_options: true, top_k: true, thoughts: reasoning, seed: seed }"
        ).quirks

        #expect(quirks.outputCap == "max_completion_tokens")
        #expect(quirks.refuses == ["seed"] && quirks.refusesInMessages.isEmpty && quirks.seed == "seed" && quirks.thoughts == "reasoning")
        #expect(quirks.takesDeveloper && quirks.takesStreamOptions && quirks.takesTopK && quirks.mustCall == "any")
    }

    @Test func `are those of OpenAI at its own address only`() throws {
        #expect(try provider("dialect: openai, key: k").quirks == .openAI)
        #expect(try provider("dialect: openai, url: http://other/v1").quirks == ChatQuirks())
        #expect(try provider("dialect: openai, url: http://other/v1, quirks: { openai_settings: true }").quirks.isOpenAI)
    }

    @Test func `leave targets alone where the file says nothing of them`() throws {
        let plain = try target("model: x")

        #expect(plain.drop.isEmpty)
        #expect(plain.maxTokens == nil)
        #expect(plain.thinking == .effort)
        #expect(plain.thinkingBudgets.isEmpty)
    }

    @Test func `say of a target what its model refuses, and how it is told to think`() throws {
        let full = try target(
            "drop: [temperature, /generationConfig/topK], max_tokens: 10000000, thinking: budget, thinking_budgets: { none: 0, max: 1000000 }")

        #expect(full.drop.map(\.description) == ["/temperature", "/generationConfig/topK"])
        #expect(full.maxTokens == 10_000_000)
        #expect(full.thinking == .budget)
        #expect(full.thinkingBudgets == ["none": 0, "max": 1_000_000])
        #expect(try target("drop: temperature").drop.map(\.description) == ["/temperature"])
        #expect(try target("drop: []").drop.isEmpty)
        #expect(try target("thinking: budget, thinking_budgets: {}").thinkingBudgets.isEmpty)
    }

    @Test func `may stand at the one target of a fallback too`() throws {
        let rule = "{ on: any, to: { provider: p, model: x, drop: [top_p], max_tokens: 5, thinking: budget, thinking_budgets: { low: 7 } } }"
        let configuration = try read("dialect: anthropic, key: k", route: ", fallback: [\(rule)]")

        guard case .target(let target) = configuration.routes.first?.fallback.first?.action else { return #expect(Bool(false), "no target") }
        #expect(target.drop.map(\.description) == ["/top_p"])
        #expect(target.maxTokens == 5)
        #expect(target.thinkingBudgets == ["low": 7])
    }

    @Test func `refuse what cannot be carried unless a route drops it`() throws {
        #expect(try read("dialect: openai, key: k").routes.first?.transform.lossy == .refuse)
        #expect(try read("dialect: openai, key: k", route: ", transform: { lossy: drop }").routes.first?.transform.lossy == .drop)
    }
}
