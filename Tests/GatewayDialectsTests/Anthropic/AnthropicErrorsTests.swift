import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Errors for clients of Anthropic's")
struct AnthropicErrorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let error: GatewayError
        let status: Int
        let type: String

        var testDescription: String { "\(error)" }
    }

    static let cases: [Case] = [
        Case(error: .keyMissing, status: 401, type: "authentication_error"),
        Case(error: .keyUnknown, status: 401, type: "authentication_error"),
        Case(error: .modelForbidden(model: "m"), status: 403, type: "permission_error"),
        Case(error: .modelUnknown(model: "m"), status: 404, type: "not_found_error"),
        Case(error: .routeMissing, status: 404, type: "not_found_error"),
        Case(error: .modelMissing, status: 400, type: "invalid_request_error"),
        Case(error: .malformedBody(reason: "x"), status: 400, type: "invalid_request_error"),
        Case(error: .fieldRefused(field: "seed", reason: "x"), status: 400, type: "invalid_request_error"),
        Case(error: .malformedRequest(status: 413, reason: "x"), status: 413, type: "request_too_large"),
        Case(error: .requestsSpent(limit: 1, window: "minute", retryAfterSeconds: 5), status: 429, type: "rate_limit_error"),
        Case(error: .tooManyAtOnce(limit: 1), status: 429, type: "rate_limit_error"),
        Case(error: .upstreamUnreachable(provider: "p"), status: 502, type: "api_error"),
        Case(error: .upstreamTimedOut(provider: "p", phase: .idle, afterMilliseconds: 1), status: 504, type: "timeout_error"),
        Case(error: .upstreamBroken(provider: "p", reason: "x"), status: 502, type: "api_error"),
        Case(error: .upstreamCut(provider: "p"), status: 502, type: "api_error"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 401)), status: 502, type: "api_error"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 400)), status: 400, type: "invalid_request_error"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 404)), status: 404, type: "not_found_error"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 500)), status: 500, type: "api_error"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 503)), status: 529, type: "overloaded_error"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 529)), status: 529, type: "overloaded_error"),
        Case(error: .noTargetLeft(model: "m"), status: 529, type: "overloaded_error"),
        Case(error: .overloaded(reason: "x"), status: 529, type: "overloaded_error"),
        Case(error: .draining, status: 529, type: "overloaded_error"),
        Case(error: .staticAnswer(status: 503, message: "Resting."), status: 503, type: "overloaded_error"),
        Case(error: .internalFailure(reason: "x"), status: 500, type: "api_error"),
    ]

    private func bytes(_ response: Response) -> [UInt8] {
        if case .bytes(let bytes) = response.body.content { bytes } else { [] }
    }

    private func failed(
        _ status: Int, _ body: String = "", retryAfter: Int? = nil, headers: [HeaderField] = [HeaderField("content-type", "application/json")]
    ) -> GatewayError {
        .upstreamFailed(
            UpstreamFailure(provider: "p", status: status, retryAfterSeconds: retryAfter, body: Array(body.utf8), headers: headers))
    }

    private func shown(_ error: GatewayError) throws -> (status: Int, type: String?, message: String?) {
        let response = AnthropicErrors.response(to: error, retriesSpent: false)
        let body = try JSONValue(parsing: bytes(response))
        return (response.status, body["error"]?["type"]?.string, body["error"]?["message"]?.string)
    }

    @Test func `name the request in the body, but for what Anthropic itself has said`() {
        let own = String(decoding: AnthropicErrors.body(for: .keyMissing, requestID: "req-1"), as: UTF8.self)
        let said = #"{"type":"error","error":{"type":"api_error","message":"x"},"request_id":"req_theirs"}"#
        let response = AnthropicErrors.response(to: failed(500, said), retriesSpent: false, requestID: "req-1")
        guard case .bytes(let passed) = response.body.content else { return #expect(Bool(false), "no body") }

        #expect(own.hasSuffix(#","request_id":"req-1"}"#))
        #expect(String(decoding: passed, as: UTF8.self) == said)
        let event = String(decoding: AnthropicErrors.event(for: .upstreamCut(provider: "p"), operation: .messages, requestID: "req-1"), as: UTF8.self)
        #expect(event.contains(#""request_id":"req-1""#))
    }

    @Test(arguments: cases)
    func `have the status and the type that the SDK acts on`(_ expected: Case) throws {
        let response = AnthropicErrors.response(to: expected.error, retriesSpent: false)
        let body = try JSONValue(parsing: bytes(response))

        #expect(response.status == expected.status)
        #expect(body.object?.names == ["type", "error"])
        #expect(body["type"] == "error")
        #expect(body["error"]?.object?.names == ["type", "message"])
        #expect(body["error"]?["type"]?.string == expected.type)
        #expect(body["error"]?["message"]?.string == expected.error.message)
        #expect(response.headers.first("content-type") == "application/json")
        if expected.status == expected.error.status { #expect(AnthropicErrors.body(for: expected.error) == bytes(response)) }
    }

    @Test(arguments: Recording.anthropicErrors.filter { $0.status != 401 })
    func `are Anthropic's own, byte for byte`(_ recording: Recording) {
        let response = AnthropicErrors.response(to: failed(recording.status, String(decoding: recording.answer, as: UTF8.self)), retriesSpent: false)

        #expect(response.status == recording.status)
        #expect(bytes(response) == recording.answer)
    }

    @Test func `keep Anthropic's own word for 503 unless it means overload`() {
        let other = failed(503, #"{"type":"error","error":{"type":"api_error","message":"x","details":{"error_code":"cmek_key_unreachable"}}}"#)
        let overload = failed(503, #"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#)

        #expect(AnthropicErrors.response(to: other, retriesSpent: false).status == 503)
        #expect(AnthropicErrors.response(to: overload, retriesSpent: false).status == 529)
    }

    @Test(arguments: [
        (#"{"error":{"message":"Too long.","type":"invalid_request_error","code":"context_length_exceeded","param":"messages"}}"#, "Too long."),
        (#"{"error":{"code":400,"message":"Bad schema","status":"INVALID_ARGUMENT","details":[]}}"#, "Bad schema"),
        (#"[{"error":{"code":400,"message":"In an array","status":"INVALID_ARGUMENT"}}]"#, "In an array"),
        (#"{"error":"a bare string"}"#, "a bare string"), (#"{"object":"error","message":"vLLM","code":400}"#, "vLLM"),
        (#"{"detail":"FastAPI"}"#, "FastAPI"),
    ])
    func `have another provider's words in Anthropic's shape`(_ body: String, _ message: String) throws {
        let shown = try shown(failed(400, body))

        #expect(shown == (400, "invalid_request_error", message))
    }

    @Test func `have no more of another provider's words than fit`() throws {
        let message = try shown(failed(400, #"{"error":{"message":"\#(String(repeating: "é", count: 5000))"}}"#)).message

        #expect(message?.count == 2000)
    }

    @Test func `have nothing in them that looks like a key`() throws {
        let said = #"{"error":{"message":"Key sk-proj-abcDEF1234567890 (or AIzaSyA1234567890) is over its limit, task-sk- is not."}}"#

        #expect(try shown(failed(429, said)).message == "Key [key] (or [key]) is over its limit, task-sk- is not.")
    }

    @Test(arguments: [401, 402, 403, 407])
    func `never show what a provider says about the gateway's own key`(_ status: Int) throws {
        for body in [#"{"error":{"message":"bad key abc"}}"#, #"{"type":"error","error":{"type":"authentication_error","message":"bad key abc"}}"#] {
            let response = AnthropicErrors.response(to: failed(status, body), retriesSpent: false)

            #expect(response.status == 502)
            #expect(!String(decoding: bytes(response), as: UTF8.self).contains("abc"))
            #expect(response.headers.first("x-should-retry") == "false")
        }
    }

    @Test func `take a provider's own status for a bad key for what it is`() throws {
        let said = Array(#"{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}"#.utf8)
        let failure = UpstreamFailure(provider: "p", status: 400, body: said, isCredentialProblem: true)

        #expect(try shown(.upstreamFailed(failure)) == (502, "api_error", GatewayError.upstreamFailed(failure).message))
    }

    @Test(arguments: [(500, 502), (404, 502), (503, 502), (429, 429), (413, 413)])
    func `are a bad gateway when a page for people came back`(_ status: Int, _ shown: Int) {
        let page = failed(status, headers: [HeaderField("content-type", "text/html; charset=utf-8")])

        #expect(AnthropicErrors.response(to: page, retriesSpent: false).status == shown)
    }

    @Test func `name the scheme to authenticate with`() {
        #expect(AnthropicErrors.response(to: .keyMissing, retriesSpent: false).headers.first("www-authenticate") == "Bearer")
    }

    @Test(arguments: [(0, "1"), (30, "30"), (60, "60"), (61, nil), (86_400, nil)])
    func `ask for a short pause, and say of a long one that it is not worth a repeat`(_ seconds: Int, _ retryAfter: String?) {
        let error = GatewayError.requestsSpent(limit: 1, window: "day", retryAfterSeconds: seconds)
        let headers = AnthropicErrors.response(to: error, retriesSpent: false).headers

        #expect(headers.first("retry-after") == retryAfter)
        #expect(headers.first("x-should-retry") == (retryAfter == nil ? "false" : nil))
    }

    @Test func `pass a provider's pause on, from its head or its body`() {
        let head = failed(429, retryAfter: 9, headers: [HeaderField("retry-after", "9"), HeaderField("x-kept", "1")])
        let body = failed(503, #"{"error":{"message":"x"}}"#, retryAfter: 48)
        let long = failed(429, retryAfter: 600)

        let fromHead = AnthropicErrors.response(to: head, retriesSpent: false).headers
        #expect(fromHead.filter { $0.name == "retry-after" } == [HeaderField("retry-after", "9")])
        #expect(fromHead.first("x-kept") == "1")
        #expect(AnthropicErrors.response(to: body, retriesSpent: false).headers.first("retry-after") == "48")
        #expect(AnthropicErrors.response(to: long, retriesSpent: false).headers.first("retry-after") == nil)
        #expect(AnthropicErrors.response(to: long, retriesSpent: false).headers.first("x-should-retry") == "false")
    }

    @Test(arguments: [
        #"{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
        #"{"error":{"message":"x","type":"insufficient_quota","code":"insufficient_quota"}}"#,
    ])
    func `are not worth a repeat when the money is spent`(_ body: String) {
        let response = AnthropicErrors.response(to: failed(429, body), retriesSpent: false)

        #expect(response.status == 429)
        #expect(response.headers.first("x-should-retry") == "false")
    }

    @Test func `are not repeated by clients when the gateway has done so`() {
        #expect(AnthropicErrors.response(to: failed(500), retriesSpent: true).headers.first("x-should-retry") == "false")
        #expect(AnthropicErrors.response(to: failed(400), retriesSpent: true).headers.first("x-should-retry") == nil)
    }

    @Test(arguments: [
        (#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#, nil),
        (
            #"{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}"#,
            #"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}"#
        ),
        (
            #"{"type":"error","error":{"type":"server_error","code":"x","message":"Oh"},"sequence_number":3}"#,
            #"{"type":"error","error":{"type":"rate_limit_error","message":"Oh"}}"#
        ),
        (
            #"{"type":"response.failed","response":{"error":{"code":"server_error","message":"Oh"}}}"#,
            #"{"type":"error","error":{"type":"rate_limit_error","message":"Oh"}}"#
        ),
    ])
    func `end a stream with an event of that name`(_ said: String, _ shown: String?) {
        let error = GatewayError.upstreamErrorEvent(provider: "p", status: 429, event: Array(said.utf8))

        let event = String(decoding: AnthropicErrors.event(for: error, operation: .messages), as: UTF8.self)

        #expect(event == "event: error\ndata: \(shown ?? said)\n\n")
        let response = AnthropicErrors.response(to: error, retriesSpent: false)
        #expect(response.status == 429)
        #expect(String(decoding: bytes(response), as: UTF8.self) == shown ?? said)
    }

    @Test func `end a stream in the gateway's own words where the provider had none`() throws {
        for error in [GatewayError.upstreamCut(provider: "p"), .upstreamErrorEvent(provider: "p", status: nil, event: [])] {
            let events = anthropicEvents(AnthropicErrors.event(for: error, operation: .messages))

            #expect(events.map(\.name) == ["error"])
            #expect(Array(events[0].data) == AnthropicErrors.body(for: error))
            #expect(anthropicRead(events).count == 1)
        }
    }
}
