import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Paths of the messages API")
struct AnthropicPathTests {
    @Test(arguments: [
        ("/v1/messages", "/v1/messages"), ("/messages", "/v1/messages"), ("/v1/messages/", "/v1/messages"),
        ("/v1/messages/count_tokens", "/v1/messages/count_tokens"), ("/messages/count_tokens", "/v1/messages/count_tokens"),
        ("/v1/messages/batches", "/v1/messages/batches"), ("/messages/batches/b_1/results", "/v1/messages/batches/b_1/results"),
    ])
    func `are known with and without their version`(_ path: String, _ versioned: String) {
        #expect(AnthropicPath.versioned(path) == versioned)
    }

    @Test(arguments: [
        "", "/", "/v1", "/v1/", "messages", "/v1/models", "/v1/chat/completions", "/v2/messages", "/v1/messagesx", "/v1//messages", "/v1/messages//x",
        "/v1/messages/../models", "/v1/messages/.", "/v1/messages%2fbatches", "/v1/messages/%2e%2e/models", "/v1/v1/messages",
    ])
    func `are no others, and none that can be read in two ways`(_ path: String) {
        #expect(AnthropicPath.versioned(path) == nil)
    }

    @Test func `say what is asked for`() {
        #expect(AnthropicPath.operation(method: "POST", path: "/v1/messages") == .messages)
        #expect(AnthropicPath.operation(method: "POST", path: "/v1/messages/count_tokens") == .countTokens)
        #expect(AnthropicPath.operation(method: "POST", path: "/v1/messages/batches") == nil)
        #expect(AnthropicPath.operation(method: "GET", path: "/v1/messages") == nil)
    }
}

@Suite("What is read of a request of the messages API")
struct AnthropicRequestTests {
    private func read(_ body: String, path: String = "/v1/messages", method: String = "POST") throws -> AnthropicRequest {
        try AnthropicRequest(method: method, path: path, body: Array(body.utf8))
    }

    @Test(arguments: Recording.anthropic)
    func `is its model and whether it is streamed`(_ recording: Recording) throws {
        let request = try AnthropicRequest(method: "POST", path: recording.path, body: recording.request)

        #expect(request.model?.hasPrefix("claude-") == true)
        #expect(request.isStreaming == recording.isStream)
        #expect(request.operation == (recording.id.contains("count") ? .countTokens : .messages))
        #expect(!request.isBoundToAccount)
    }

    @Test(arguments: [
        (#"{"model":"a","model":"b"}"#, "occurs twice"), (#"{"model":"a","Model":"b"}"#, "upper and lower case"),
        (#"{"model":"a""#, "ends too early"),
        ("", "ends too early"), ("[]", "must be of type object"), (#"{"model":"a","stream":true,"stream":false}"#, "occurs twice"),
    ])
    func `is refused when it can be read in two ways or not at all`(_ body: String, _ reason: String) {
        do {
            _ = try read(body)
            Issue.record("not refused")
        } catch GatewayError.malformedBody(let said) {
            #expect(said.contains(reason))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `is refused without a model, or with one that is none`() {
        #expect(throws: GatewayError.modelMissing) { try read("{}") }
        #expect(throws: GatewayError.modelMissing) { try read(#"{"model":""}"#) }
        #expect(throws: GatewayError.modelMissing) { try read(#"{"model":null}"#, path: "/v1/messages/count_tokens") }
        #expect(throws: GatewayError.fieldRefused(field: "model", reason: "it must be a string.")) { try read(#"{"model":1}"#) }
        #expect(throws: GatewayError.fieldRefused(field: "stream", reason: "it must be true or false.")) { try read(#"{"model":"m","stream":1}"#) }
        #expect(throws: GatewayError.self) { try read(#"{"model":"\#(String(repeating: "m", count: 300))"}"#) }
    }

    @Test func `is nothing where nothing is needed`() throws {
        let request = try read("", path: "/v1/messages/batches", method: "GET")

        #expect(request.operation == .other)
        #expect(request.model == nil)
        #expect(request.scan == nil)
    }

    @Test func `is that tokens are counted in one answer`() throws {
        #expect(try !read(#"{"model":"m","stream":true}"#, path: "/v1/messages/count_tokens").isStreaming)
    }

    @Test(arguments: [(#""container":"c_1""#, true), (#""thread":{"id":"t"}"#, true), (#""container":null"#, false), (#""other":1"#, false)])
    func `is whether only one account can serve it`(_ member: String, _ isBound: Bool) throws {
        #expect(try read("{\"model\":\"m\",\(member)}").isBoundToAccount == isBound)
    }
}

@Suite("The list of models for clients of Anthropic's")
struct AnthropicModelsTests {
    @Test func `has one page in the file's order`() throws {
        let list = try JSONValue(parsing: AnthropicModels.list(["a", "b/\"c"], created: 1_761_033_600))

        let expected = #"""
            {"data":[{"type":"model","id":"a","display_name":"a","created_at":"2025-10-21T08:00:00Z"},
            {"type":"model","id":"b/\"c","display_name":"b/\"c","created_at":"2025-10-21T08:00:00Z"}],
            "has_more":false,"first_id":"a","last_id":"b/\"c"}
            """#
        #expect(list == (try anthropicJSON(expected)))
    }

    @Test func `may be empty`() throws {
        let expected = #"{"data":[],"has_more":false,"first_id":null,"last_id":null}"#

        #expect(try JSONValue(parsing: AnthropicModels.list([], created: 0)) == (try anthropicJSON(expected)))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_709_164_800, "2024-02-29T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
    ])
    func `tells times by the calendar`(_ seconds: Int, _ time: String) throws {
        #expect(try JSONValue(parsing: AnthropicModels.one("m", created: seconds))["created_at"]?.string == time)
    }
}
