import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The list of models")
struct ModelsFilterTests {
    private let filter = ModelsFilter(names: ["fast", "org/deep", "smart"], created: 1_790_000_000)
    /// How the three SDKs ask: their paths are alike, their headers are not.
    private let anthropic = [("anthropic-version", "2026-10-21")]
    private let google = [("x-goog-api-key", "k")]

    private func ask(_ path: String, _ headers: [(String, String)] = [], models: [String]? = nil) async throws -> JSONValue {
        let exchange = try Exchange.asking(path, "", method: "GET", headers: headers)
        exchange.caller = Caller(name: "shop", models: models.map { $0.map { Glob($0) } })
        let response = try await filter.handle(exchange, next: .fails(.routeMissing))
        #expect(response.status == 200 && response.headers.first("content-type") == "application/json")
        return try JSONValue(parsing: Array(try await response.read().utf8))
    }

    private func names(_ list: JSONValue?, _ member: String) -> [String] { list?.array?.compactMap { $0[member]?.string } ?? [] }

    @Test func `is in the dialect of the asker, in the order of the file`() async throws {
        let openai = try await ask("/v1/models")
        let anthropic = try await ask("/v1/models", anthropic)
        let gemini = try await ask("/v1beta/models")

        #expect(openai["object"] == "list")
        #expect(names(openai["data"], "id") == ["fast", "org/deep", "smart"])
        #expect(openai["data"]?[0]?["created"] == 1_790_000_000)
        #expect(names(anthropic["data"], "id") == ["fast", "org/deep", "smart"])
        #expect(anthropic["has_more"] == false)
        #expect([anthropic["first_id"], anthropic["last_id"]] == ["fast", "smart"])
        #expect(anthropic["data"]?[0]?["created_at"] == "2026-09-21T14:13:20Z")
        #expect(names(gemini["models"], "name") == ["models/fast", "models/org/deep", "models/smart"])
    }

    @Test func `is Gemini's for Google's key also where the path is OpenAI's`() async throws {
        #expect(names(try await ask("/v1/models", google)["models"], "name").count == 3)
        #expect(names(try await ask("/models", google)["models"], "name").count == 3)
    }

    @Test func `holds what the caller may use and nothing else`() async throws {
        for (path, headers, member) in [("/v1/models", [], "data"), ("/v1/models", anthropic, "data"), ("/v1beta/models", [], "models")] {
            #expect(try await ask(path, headers, models: ["s*"])[member]?.array?.count == 1)
            #expect(try await ask(path, headers, models: [])[member] == [])
        }
        let none = try await ask("/v1/models", anthropic, models: [])
        #expect([none["first_id"], none["last_id"]] == [nil, nil].map { $0 ?? JSONValue.null })
    }

    @Test func `has an entry for each, whose name may hold slashes`() async throws {
        #expect(try await ask("/v1/models/org%2Fdeep")["id"] == "org/deep")
        #expect(try await ask("/v1/models/org/deep", anthropic)["type"] == "model")
        #expect(try await ask("/v1beta/models/org/deep")["name"] == "models/org/deep")
        #expect(try await ask("/v1beta/models/fast")["name"] == "models/fast")
    }

    @Test func `has no entry for what the caller may not use, or what there is not`() async throws {
        for (path, headers) in [("/v1/models/", []), ("/v1/models/", anthropic), ("/v1beta/models/", google)] {
            for (name, models) in [("smart", ["fast"]), ("none", ["*"])] {
                await #expect(throws: GatewayError.modelUnknown(model: name)) { _ = try await ask(path + name, headers, models: models) }
            }
        }
    }

    @Test func `lets every other request pass`() async throws {
        let response = try await filter.handle(.greeting(from: .gemini), next: .answers("passed"))

        #expect(try await response.read() == "passed")
    }
}
