import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects
import HTTPWire

@Suite("Other dialects' errors for OpenAI clients")
struct OpenAIForeignErrorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let status: Int
        let body: String
        var shown: Int
        let type: String
        var code: String?
        let message: String

        var testDescription: String { body }
    }

    private static func anthropic(_ status: Int, _ type: String, shown: Int? = nil, _ expected: String, code: String? = nil) -> Case {
        Case(
            status: status, body: #"{"type":"error","error":{"type":"\#(type)","message":"M"},"request_id":"req_1"}"#, shown: shown ?? status,
            type: expected, code: code, message: "M")
    }

    private static func gemini(_ status: Int, _ word: String, _ expected: String, code: String? = nil) -> Case {
        Case(
            status: status, body: #"{"error":{"code":\#(status),"message":"M","status":"\#(word)"}}"#, shown: status, type: expected, code: code,
            message: "M")
    }

    static let cases: [Case] = [
        anthropic(400, "invalid_request_error", "invalid_request_error"),
        anthropic(404, "not_found_error", "invalid_request_error", code: "model_not_found"),
        anthropic(413, "request_too_large", "invalid_request_error"), anthropic(429, "rate_limit_error", "requests", code: "rate_limit_exceeded"),
        anthropic(500, "api_error", "server_error"), anthropic(504, "timeout_error", "server_error", code: "timeout"),
        anthropic(529, "overloaded_error", shown: 503, "server_error", code: "overloaded"), gemini(400, "INVALID_ARGUMENT", "invalid_request_error"),
        gemini(404, "NOT_FOUND", "invalid_request_error", code: "model_not_found"),
        gemini(429, "RESOURCE_EXHAUSTED", "requests", code: "rate_limit_exceeded"), gemini(500, "INTERNAL", "server_error"),
        gemini(503, "UNAVAILABLE", "server_error", code: "overloaded"), gemini(504, "DEADLINE_EXCEEDED", "server_error", code: "timeout"),
        Case(
            status: 429, body: #"[{"error":{"code":429,"message":"M","status":"RESOURCE_EXHAUSTED"}}]"#, shown: 429, type: "requests",
            code: "rate_limit_exceeded", message: "M"),
        Case(
            status: 404, body: #"{"error":"model x not found"}"#, shown: 404, type: "invalid_request_error", code: "model_not_found",
            message: "model x not found"),
        Case(status: 422, body: #"{"detail":"Bad"}"#, shown: 422, type: "invalid_request_error", message: "Bad"),
        Case(
            status: 400, body: #"{"object":"error","message":"Bad","type":"BadRequestError","code":400}"#, shown: 400, type: "invalid_request_error",
            message: "Bad"),
    ]

    private func failed(_ status: Int, _ body: String) -> GatewayError {
        .upstreamFailed(UpstreamFailure(provider: "p", status: status, body: Array(body.utf8)))
    }

    private func answer(_ error: GatewayError) throws -> (response: Response, error: JSONObject) {
        let response = OpenAIErrors.response(to: error, retriesSpent: false)
        guard case .bytes(let bytes) = response.body.content else { throw GatewayError.draining }
        return (response, try #require(try JSONValue(parsing: bytes)["error"]?.object))
    }

    @Test(arguments: cases)
    func `are told in this dialect`(_ expected: Case) throws {
        let (response, error) = try answer(failed(expected.status, expected.body))

        #expect(response.status == expected.shown)
        #expect(
            error == [
                "message": .string(expected.message), "type": .string(expected.type), "param": nil,
                "code": expected.code.map(JSONValue.string) ?? nil,
            ])
    }

    @Test(arguments: cases)
    func `are told in this dialect at the beginning of a stream and in its middle`(_ expected: Case) throws {
        let event = GatewayError.upstreamErrorEvent(provider: "p", status: expected.status, event: Array(expected.body.utf8))

        let (response, error) = try answer(event)
        let bytes = OpenAIErrors.event(for: event, operation: .chatCompletions)
        let responses = String(decoding: OpenAIErrors.event(for: event, operation: .responses), as: UTF8.self)

        #expect(response.status == expected.shown)
        #expect(error["type"]?.string == expected.type)
        #expect(
            String(decoding: bytes, as: UTF8.self) == "data: "
                + String(decoding: JSONValue.object(["error": .object(error)]).written(), as: UTF8.self) + "\n\n")
        let code = expected.code ?? "error"
        let told = #"{"type":"error","code":"\#(code)","message":"\#(expected.message)","param":null,"sequence_number":0}"#
        #expect(responses == "event: error\ndata: \(told)\n\n")
    }

    @Test func `give their own status where an event came without`() throws {
        let event = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#

        #expect(try answer(.upstreamErrorEvent(provider: "p", status: nil, event: Array(event.utf8))).response.status == 503)
    }

    @Test(arguments: ["anthropic-messages-err-01", "vertex-generatecontent-err-01"])
    func `are known by their words when the context is too long`(_ id: String) throws {
        let recording = Recording.named(id)

        let (response, error) = try answer(failed(recording.status, String(decoding: recording.answer, as: UTF8.self)))

        #expect(response.status == 400)
        #expect(error["type"] == "invalid_request_error")
        #expect(error["code"] == "context_length_exceeded")
        #expect(error["message"] == (try JSONValue(parsing: recording.answer))["error"]?["message"])
    }

    @Test func `never show what Gemini says about the gateway's own key`() throws {
        let recording = Recording.named("gemini-generatecontent-err-02")

        let (response, error) = try answer(failed(recording.status, String(decoding: recording.answer, as: UTF8.self)))

        #expect(response.status == 502)
        #expect(error["type"] == "api_error")
        #expect(error["code"] == "upstream_auth")
        #expect(error["message"]?.string?.contains("API key not valid") == false)
        #expect(response.headers.first("x-should-retry") == "false")
    }

    @Test(arguments: ["authentication_error", "permission_error", "billing_error", "UNAUTHENTICATED", "PERMISSION_DENIED"])
    func `never show what an event says about the gateway's own key`(_ word: String) throws {
        let event = #"{"error":{"type":"\#(word)","message":"invalid x-api-key","status":"\#(word)","code":0}}"#

        let bytes = OpenAIErrors.event(for: .upstreamErrorEvent(provider: "p", status: nil, event: Array(event.utf8)), operation: .chatCompletions)

        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""code":"upstream_auth""#))
        #expect(!text.contains("x-api-key"))
    }

    @Test func `are not worth a repeat when money is spent`() throws {
        let spent = #"{"type":"error","error":{"type":"rate_limit_error","message":"M","details":{"error_code":"enforced_spend_limit_reached"}}}"#

        let (response, error) = try answer(failed(429, spent))

        #expect(error["code"] == "insufficient_quota")
        #expect(response.headers.first("x-should-retry") == "false")
        #expect(UpstreamFailure(provider: "p", status: 429, body: Array(spent.utf8)).isQuotaSpent)
    }

    @Test func `are cut to 2,000 characters, and lose what looks like a key`() throws {
        let long = "Key AIzaSyA1234567890-abc or \"sk-ant-api03-xyz\" fails. " + String(repeating: "🙂", count: 3000)

        let message = try #require(
            try answer(failed(400, #"{"type":"error","error":{"type":"x","message":\#(String(decoding: JSONText.quoted(long), as: UTF8.self))}}"#))
                .error["message"]?.string)

        #expect(message.hasPrefix("Key [key] or \"[key]\" fails. 🙂"))
        #expect(message.unicodeScalars.count <= 2000)
    }

    @Test(arguments: ["{}", "[]", "[1]", #"{"error":{"code":5}}"#, #"{"type":"error","error":{"message":""}}"#, #"{"error":null}"#, "1"])
    func `are told in the gateway's words when they have none`(_ body: String) throws {
        let (response, error) = try answer(failed(500, body))

        #expect(response.status == 500)
        #expect(error["message"]?.string == "The provider p answered with status 500.")
    }

    @Test(arguments: [
        #"{"error":{"message":"M","type":null,"param":null,"code":null}}"#, #"{"error":{"message":"M","code":429,"metadata":{}}}"#,
        #"{ "error" : {"code":"401","message":"M","status":401} }"#, #"{"error":{"message":"M","status":"x"},"user_id":"u"}"#,
    ])
    func `are none when they have this dialect's shape, and pass byte for byte`(_ body: String) {
        let event = GatewayError.upstreamErrorEvent(provider: "p", status: 500, event: Array(body.utf8))
        for error in [failed(500, body), event] {
            guard case .bytes(let bytes) = OpenAIErrors.response(to: error, retriesSpent: false).body.content else { return #expect(Bool(false)) }
            #expect(String(decoding: bytes, as: UTF8.self) == body)
        }
        #expect(String(decoding: OpenAIErrors.event(for: event, operation: .chatCompletions), as: UTF8.self) == "data: \(body)\n\n")
    }

    @Test(arguments: [
        #"{"type":"error","code":"server_error","message":"M","param":null,"sequence_number":3}"#,
        #"{"type":"error","error":{"type":"server_error","code":null,"message":"M","param":null},"sequence_number":3}"#,
        #"{"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"M"}}"#,
        #"{"type":"response.failed","response":{"error":{"code":"server_error","message":"M"}}}"#,
    ])
    func `are none when they are events of a responses stream`(_ event: String) throws {
        let bytes = OpenAIErrors.event(for: .upstreamErrorEvent(provider: "p", status: nil, event: Array(event.utf8)), operation: .responses)

        let name = try JSONValue(parsing: Array(event.utf8))["type"]?.string ?? ""
        #expect(String(decoding: bytes, as: UTF8.self) == "event: \(name)\ndata: \(event)\n\n")
    }
}
