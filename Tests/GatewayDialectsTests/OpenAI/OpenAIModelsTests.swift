import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("The list of models")
struct OpenAIModelsTests {
    @Test func `names what can be asked for, in order`() throws {
        let list = try JSONValue(parsing: OpenAIModels.list(["fast", "a \"b\""], created: 7))

        #expect(list["object"]?.string == "list")
        #expect(list["data"]?.array?.compactMap { $0["id"]?.string } == ["fast", "a \"b\""])
        #expect(list["data"]?[0] == ["id": "fast", "object": "model", "created": 7, "owned_by": "weir"])
    }

    @Test func `may be empty`() throws {
        #expect(try JSONValue(parsing: OpenAIModels.list([], created: 7))["data"] == [])
    }
}
