import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects
import HTTPWire

@Suite("Errors for OpenAI clients")
struct OpenAIErrorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let error: GatewayError
        let status: Int
        let type: String
        var code: String?
        var param: String?

        var testDescription: String { "\(error)" }
    }

    static let cases: [Case] = [
        Case(error: .keyUnknown, status: 401, type: "invalid_request_error", code: "invalid_api_key"),
        Case(error: .modelUnknown(model: "m"), status: 404, type: "invalid_request_error", code: "model_not_found", param: "model"),
        Case(error: .modelMissing, status: 400, type: "invalid_request_error", param: "model"),
        Case(error: .fieldRefused(field: "n", reason: "x"), status: 400, type: "invalid_request_error", param: "n"),
        Case(error: .malformedRequest(status: 413, reason: "x"), status: 413, type: "invalid_request_error"),
        Case(error: .routeMissing, status: 404, type: "invalid_request_error", code: "unknown_url"),
        Case(error: .modelForbidden(model: "m"), status: 403, type: "invalid_request_error", code: "model_forbidden", param: "model"),
        Case(
            error: .requestsSpent(limit: 1, window: "minute", retryAfterSeconds: 5), status: 429, type: "requests", code: "rate_limit_exceeded"),
        Case(error: .upstreamUnreachable(provider: "p"), status: 502, type: "server_error", code: "upstream_unreachable"),
        Case(
            error: .upstreamTimedOut(provider: "p", phase: .firstByte, afterMilliseconds: 1), status: 504, type: "server_error", code: "timeout"),
        Case(error: .upstreamBroken(provider: "p", reason: "x"), status: 502, type: "server_error", code: "bad_upstream"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 401)), status: 502, type: "api_error", code: "upstream_auth"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 529)), status: 503, type: "server_error", code: "overloaded"),
        Case(error: .upstreamCut(provider: "p"), status: 502, type: "server_error", code: "upstream_cut"),
        Case(error: .overloaded(reason: "x"), status: 503, type: "server_error", code: "overloaded"),
        Case(error: .staticAnswer(status: 503, message: "Resting."), status: 503, type: "server_error", code: "static_answer"),
        Case(error: .internalFailure(reason: "x"), status: 500, type: "server_error", code: "internal"),
    ]

    private func bytes(_ response: Response) -> [UInt8] {
        if case .bytes(let bytes) = response.body.content { bytes } else { [] }
    }

    private func failed(
        _ status: Int, _ body: String = "", retryAfter: Int? = nil, type: String = "application/json"
    ) -> GatewayError {
        .upstreamFailed(
            UpstreamFailure(
                provider: "p", status: status, retryAfterSeconds: retryAfter, body: Array(body.utf8), headers: [HeaderField("content-type", type)]))
    }

    @Test(arguments: cases)
    func `have the status, type, code and param that SDKs act on`(_ expected: Case) throws {
        let response = OpenAIErrors.response(to: expected.error, retriesSpent: false)
        let error = try #require(try JSONValue(parsing: bytes(response))["error"]?.object)

        #expect(response.status == expected.status)
        #expect(error.names == ["message", "type", "param", "code"])
        #expect(error["message"]?.string == expected.error.message)
        #expect(error["type"]?.string == expected.type)
        #expect(error["code"]?.string == expected.code)
        #expect(error["param"]?.string == expected.param)
        #expect(response.headers.first("content-type") == "application/json")
    }

    @Test(arguments: Recording.errors.filter { $0.status != 401 })
    func `are the provider's own, byte for byte`(_ recording: Recording) {
        let error = failed(recording.status, String(decoding: recording.answer, as: UTF8.self))

        let response = OpenAIErrors.response(to: error, retriesSpent: false)

        #expect(response.status == recording.status)
        #expect(bytes(response) == recording.answer)
        #expect(response.headers.filter { $0.name == "content-type" }.count == 1)
    }

    @Test(arguments: [401, 402, 403])
    func `never show what a provider says about the gateway's own key`(_ status: Int) {
        let response = OpenAIErrors.response(to: failed(status, #"{"error":{"message":"Incorrect API key provided: sk-abc"}}"#), retriesSpent: false)

        #expect(response.status == 502)
        #expect(!String(decoding: bytes(response), as: UTF8.self).contains("sk-abc"))
        #expect(response.headers.first("x-should-retry") == "false")
    }

    @Test(arguments: [(500, 502), (404, 502), (503, 502), (429, 429), (413, 413)])
    func `are a bad gateway when a page for people came back`(_ status: Int, _ shown: Int) {
        #expect(OpenAIErrors.response(to: failed(status, type: "text/html; charset=utf-8"), retriesSpent: false).status == shown)
    }

    @Test func `keep the status of an answer that is no JSON`() {
        #expect(OpenAIErrors.response(to: failed(503, type: "text/plain"), retriesSpent: false).status == 503)
    }

    @Test func `name the scheme to authenticate with`() {
        #expect(OpenAIErrors.response(to: .keyMissing, retriesSpent: false).headers.first("www-authenticate") == "Bearer")
    }

    @Test(arguments: [1, 60, 61, 86_400])
    func `ask for a pause only when it is short`(_ seconds: Int) {
        let isShort = seconds <= 60
        let error = GatewayError.requestsSpent(limit: 5, window: "day", retryAfterSeconds: seconds)

        let headers = OpenAIErrors.response(to: error, retriesSpent: false).headers

        #expect(headers.first("retry-after") == (isShort ? String(seconds) : nil))
        #expect(headers.first("x-should-retry") == (isShort ? nil : "false"))
    }

    @Test(arguments: [(429, 5, "5"), (503, 1, "1"), (429, 0, "1"), (429, 61, nil), (400, 5, nil)] as [(Int, Int, String?)])
    func `pass on when the provider would answer again, where that stood in its body alone`(status: Int, seconds: Int, header: String?) {
        let headers = OpenAIErrors.response(to: failed(status, "{}", retryAfter: seconds), retriesSpent: false).headers

        #expect(headers.first("retry-after") == header)
    }

    @Test(arguments: [(503, "overloaded"), (529, "overloaded"), (504, "timeout"), (500, "bad_upstream"), (429, "rate_limit_exceeded")])
    func `say what a provider meant that said nothing but a status`(status: Int, code: String) async throws {
        let response = OpenAIErrors.response(to: failed(status, ""), retriesSpent: false)
        guard case .bytes(let body) = response.body.content else { return #expect(Bool(false), "no body") }

        #expect(String(decoding: body, as: UTF8.self).contains(#""code":"\#(code)""#))
    }

    @Test func `tell clients not to repeat what the gateway has repeated`() {
        #expect(OpenAIErrors.response(to: failed(500, "{}"), retriesSpent: true).headers.first("x-should-retry") == "false")
        #expect(OpenAIErrors.response(to: failed(500, "{}"), retriesSpent: false).headers.first("x-should-retry") == nil)
        #expect(OpenAIErrors.response(to: .upstreamUnreachable(provider: "p"), retriesSpent: true).headers.first("x-should-retry") == "false")
    }

    @Test func `tell clients not to repeat without money`() {
        let spent = failed(429, #"{"error":{"message":"x","type":"insufficient_quota","code":"insufficient_quota"}}"#)

        #expect(OpenAIErrors.response(to: spent, retriesSpent: false).headers.first("x-should-retry") == "false")
        #expect(OpenAIErrors.response(to: failed(429, "{}"), retriesSpent: false).headers.first("x-should-retry") == nil)
    }

    @Test func `end a stream as an event of its kind, without an end mark`() throws {
        let error = GatewayError.upstreamCut(provider: "p")

        let chat = String(decoding: OpenAIErrors.event(for: error, operation: .chatCompletions), as: UTF8.self)
        let responses = String(decoding: OpenAIErrors.event(for: error, operation: .responses), as: UTF8.self)

        #expect(chat == "data: \(String(decoding: OpenAIErrors.body(for: error), as: UTF8.self))\n\n")
        #expect(responses.hasPrefix("event: error\ndata: {\"type\":\"error\",\"code\":\"upstream_cut\","))
        #expect(responses.hasSuffix("\n\n"))
    }

    @Test func `end a stream with the provider's own error event`() {
        let event = #"{"error":{"message":"Too long","code":"context_length_exceeded"}}"#
        let failed = #"{"type":"response.failed","response":{}}"#

        let chat = OpenAIErrors.event(for: .upstreamErrorEvent(provider: "p", status: 400, event: Array(event.utf8)), operation: .chatCompletions)
        let responses = OpenAIErrors.event(for: .upstreamErrorEvent(provider: "p", status: nil, event: Array(failed.utf8)), operation: .responses)

        #expect(String(decoding: chat, as: UTF8.self) == "data: \(event)\n\n")
        #expect(String(decoding: responses, as: UTF8.self) == "event: response.failed\ndata: \(failed)\n\n")
    }
}
