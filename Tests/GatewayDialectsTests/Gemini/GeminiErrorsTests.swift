import GatewayCore
import GatewayDialects
import JSONBytes
import Testing
import HTTPWire

@Suite("Errors for Gemini clients")
struct GeminiErrorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let error: GatewayError
        let status: Int
        let word: String

        var testDescription: String { "\(error)" }
    }

    /// wire.md, section 9.
    static let cases: [Case] = [
        Case(error: .keyUnknown, status: 401, word: "UNAUTHENTICATED"), Case(error: .keyMissing, status: 401, word: "UNAUTHENTICATED"),
        Case(error: .modelUnknown(model: "m"), status: 404, word: "NOT_FOUND"), Case(error: .routeMissing, status: 404, word: "NOT_FOUND"),
        Case(error: .modelMissing, status: 400, word: "INVALID_ARGUMENT"),
        Case(error: .fieldRefused(field: "n", reason: "x"), status: 400, word: "INVALID_ARGUMENT"),
        Case(error: .malformedRequest(status: 413, reason: "x"), status: 400, word: "INVALID_ARGUMENT"),
        Case(error: .modelForbidden(model: "m"), status: 403, word: "PERMISSION_DENIED"),
        Case(error: .requestsSpent(limit: 1, window: "minute", retryAfterSeconds: 5), status: 429, word: "RESOURCE_EXHAUSTED"),
        Case(error: .upstreamUnreachable(provider: "p"), status: 502, word: "INTERNAL"),
        Case(error: .upstreamTimedOut(provider: "p", phase: .firstByte, afterMilliseconds: 1), status: 504, word: "DEADLINE_EXCEEDED"),
        Case(error: .upstreamBroken(provider: "p", reason: "x"), status: 502, word: "INTERNAL"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 401)), status: 502, word: "INTERNAL"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 402)), status: 502, word: "INTERNAL"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 529)), status: 503, word: "UNAVAILABLE"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 500)), status: 500, word: "INTERNAL"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 404)), status: 404, word: "NOT_FOUND"),
        Case(error: .upstreamFailed(UpstreamFailure(provider: "p", status: 413)), status: 400, word: "INVALID_ARGUMENT"),
        Case(error: .upstreamCut(provider: "p"), status: 502, word: "INTERNAL"),
        Case(error: .overloaded(reason: "x"), status: 503, word: "UNAVAILABLE"),
        Case(error: .staticAnswer(status: 503, message: "Resting."), status: 503, word: "UNAVAILABLE"),
        Case(error: .internalFailure(reason: "x"), status: 500, word: "INTERNAL"),
        Case(error: .clientGone, status: 499, word: "CANCELLED"),
    ]

    private func bytes(_ response: Response) -> [UInt8] {
        if case .bytes(let bytes) = response.body.content { bytes } else { [] }
    }

    private func error(_ response: Response) throws -> JSONObject {
        try #require(try JSONValue(parsing: bytes(response))["error"]?.object)
    }

    private func failed(_ status: Int, _ body: String = "", retryAfter: Int? = nil, type: String = "application/json") -> GatewayError {
        .upstreamFailed(
            UpstreamFailure(
                provider: "p", status: status, retryAfterSeconds: retryAfter, body: Array(body.utf8), headers: [HeaderField("content-type", type)]))
    }

    private func respond(_ error: GatewayError, retriesSpent: Bool = false) -> Response {
        GeminiErrors.response(to: error, retriesSpent: retriesSpent)
    }

    @Test(arguments: cases)
    func `have the status, the word and the code that SDKs act on`(_ expected: Case) throws {
        let response = respond(expected.error)
        let error = try error(response)

        #expect(response.status == expected.status)
        #expect(Array(error.names.prefix(3)) == ["code", "message", "status"])
        #expect(error["code"]?.int == expected.status)
        #expect(error["status"]?.string == expected.word)
        #expect(error["message"]?.string == expected.error.message)
        #expect(response.headers.first("content-type") == "application/json")
    }

    @Test(arguments: ["gemini-generatecontent-err-01", "vertex-generatecontent-err-01"])
    func `are Google's own, byte for byte`(_ id: String) {
        let recording = Recording.named(id)
        let response = respond(failed(recording.status, GeminiSupport.text(recording.answer)))

        #expect(response.status == recording.status)
        #expect(bytes(response) == recording.answer)
        #expect(response.headers.filter { $0.name == "content-type" }.count == 1)
    }

    @Test func `are taken out of the list that Google puts them in`() {
        let own = #"{"error":{"code":400,"message":"No.","status":"INVALID_ARGUMENT"}}"#

        #expect(GeminiSupport.text(bytes(respond(failed(400, "[\(own)]")))) == own)
    }

    @Test(arguments: [
        (
            429, #"{"error":{"message":"Slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#, 429, "RESOURCE_EXHAUSTED",
            "Slow down"
        ),
        (529, #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#, 503, "UNAVAILABLE", "Overloaded"),
        (413, #"{"type":"error","error":{"type":"request_too_large","message":"Too large"}}"#, 400, "INVALID_ARGUMENT", "Too large"),
        (400, #"{"error":"bad request"}"#, 400, "INVALID_ARGUMENT", "bad request"), (404, #"{"message":"gone"}"#, 404, "NOT_FOUND", "gone"),
    ])
    func `of other dialects are told in Gemini's`(_ status: Int, _ body: String, _ shown: Int, _ word: String, _ message: String) throws {
        let response = respond(failed(status, body))
        let error = try error(response)

        #expect(response.status == shown)
        #expect(error["code"]?.int == shown)
        #expect(error["status"]?.string == word)
        #expect(error["message"]?.string == message)
    }

    @Test func `hold no more than 2,000 characters of another's words`() throws {
        let error = try error(respond(failed(400, #"{"error":{"message":"\#(String(repeating: "é", count: 5000))"}}"#)))

        #expect(error["message"]?.string == String(repeating: "é", count: 2000))
    }

    @Test(arguments: [
        (401, #"{"error":{"message":"Incorrect API key provided: sk-abc"}}"#),
        (403, #"{"error":{"code":403,"message":"sk-abc","status":"PERMISSION_DENIED"}}"#),
        (402, #"{"type":"error","error":{"type":"billing_error","message":"sk-abc"}}"#),
        (400, #"{"error":{"code":400,"message":"sk-abc","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#),
    ])
    func `never show what a provider says about the gateway's own key`(_ status: Int, _ body: String) throws {
        let whole = respond(failed(status, body))
        let event = GatewayError.upstreamErrorEvent(provider: "p", status: status, event: Array(body.utf8))
        let streamed = GeminiErrors.event(for: event, operation: .generateContent)

        #expect(whole.status == 502)
        #expect(respond(event).status == 502)
        for text in [bytes(whole), streamed].map(GeminiSupport.text) {
            #expect(!text.contains("sk-abc"))
            #expect(text.contains("\"code\":502"))
            #expect(text.contains("\"status\":\"INTERNAL\""))
        }
        #expect(try error(whole)["message"]?.string?.contains("own credential") == true)
        #expect(whole.headers.first("x-should-retry") == "false")
    }

    @Test func `never show what Google said about a key when that was recorded`() throws {
        let recording = Recording.named("gemini-generatecontent-err-02")
        let response = respond(failed(recording.status, GeminiSupport.text(recording.answer)))

        #expect(response.status == 502)
        #expect(try error(response)["message"]?.string?.contains("API key") == false)
    }

    @Test(arguments: [(500, 502), (404, 502), (503, 502), (429, 429), (413, 400)])
    func `are a bad gateway when a page for people came back`(_ status: Int, _ shown: Int) {
        #expect(respond(failed(status, "<html>", type: "text/html; charset=utf-8")).status == shown)
    }

    @Test(arguments: [1, 60, 61, 86_400])
    func `say when to come back, to clients of both kinds`(_ seconds: Int) throws {
        let isShort = seconds <= 60
        let response = respond(.requestsSpent(limit: 5, window: "day", retryAfterSeconds: seconds))

        #expect(response.headers.first("retry-after") == (isShort ? String(seconds) : nil))
        #expect(response.headers.first("x-should-retry") == (isShort ? nil : "false"))
        #expect(
            try error(response)["details"] == [["@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .string("\(seconds)s")]])
    }

    @Test func `say when to come back in a header too, where Google says it in the body alone`() {
        let recording = Recording.named("gemini-generatecontent-err-01")

        #expect(respond(failed(429, GeminiSupport.text(recording.answer))).headers.first("retry-after") == "48")
    }

    @Test func `do not have clients wait for what Google says takes long`() {
        let long = #"{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"3600s"}]}}"#
        let response = respond(failed(429, long))

        #expect(response.headers.first("retry-after") == nil)
        #expect(response.headers.first("x-should-retry") == "false")
        #expect(GeminiSupport.text(bytes(response)) == long)
    }

    @Test func `say when to come back in the body too, where others say it in a header alone`() throws {
        let error = try error(respond(failed(429, #"{"error":{"message":"Slow down"}}"#, retryAfter: 7)))

        #expect(error["details"]?[0]?["retryDelay"]?.string == "7s")
    }

    @Test func `tell clients not to repeat what the gateway has repeated, or what a day has to pass for`() {
        let daily =
            #"{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]}]}}"#

        #expect(respond(failed(500, "{}"), retriesSpent: true).headers.first("x-should-retry") == "false")
        #expect(respond(failed(500, "{}")).headers.first("x-should-retry") == nil)
        #expect(respond(failed(429, daily)).headers.first("x-should-retry") == "false")
        #expect(respond(failed(429, #"{"error":{"code":"insufficient_quota","message":"x"}}"#)).headers.first("x-should-retry") == "false")
    }

    @Test func `end a stream as an event that begins with the error`() {
        let event = GeminiErrors.event(for: .upstreamCut(provider: "p"), operation: .generateContent)

        #expect(GeminiSupport.text(event) == "data: \(GeminiSupport.text(GeminiErrors.body(for: .upstreamCut(provider: "p"))))\n\n")
        #expect(GeminiSupport.text(event).hasPrefix(#"data: {"error":{"code":502,"#))
    }

    @Test(arguments: [
        (
            "{\n \"x\": 1, \"error\": {\"code\": 503, \"message\": \"Busy\", \"status\": \"UNAVAILABLE\", \"more\": [1.0]}\n}",
            #"{"error":{"code":503,"message":"Busy","status":"UNAVAILABLE","more":[1.0]}}"#
        ),
        (
            #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            #"{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"#
        ),
        (#"{"error":{"message":"Too long","code":"context_length_exceeded"}}"#, #"{"error":{"code":502,"message":"Too long","status":"INTERNAL"}}"#),
    ])
    func `end a stream with the provider's own words`(_ data: String, _ shown: String) {
        let event = GeminiErrors.event(for: .upstreamErrorEvent(provider: "p", status: nil, event: Array(data.utf8)), operation: .generateContent)

        #expect(GeminiSupport.text(event) == "data: \(shown)\n\n")
    }

    @Test func `name the scheme to authenticate with`() {
        #expect(respond(.keyMissing).headers.first("www-authenticate") == "Bearer")
    }
}

@Suite("What Google's errors say about themselves")
struct GeminiFaultTests {
    private func fault(_ text: String) -> GeminiFault? { GeminiFault(Array(text.utf8)) }

    @Test func `is read as recorded: a quota of a minute`() throws {
        let fault = try #require(GeminiFault(Recording.named("gemini-generatecontent-err-01").answer))

        #expect(fault.status == 429)
        #expect(fault.retryDelaySeconds == 48)
        #expect(!fault.isQuotaSpent)
        #expect(!fault.isCredentialProblem)
        #expect(fault.message?.hasPrefix("You exceeded your current quota") == true)
    }

    @Test func `is read as recorded: a wrong key, and a prompt that is too long`() throws {
        let key = try #require(GeminiFault(Recording.named("gemini-generatecontent-err-02").answer))
        let long = try #require(GeminiFault(Recording.named("vertex-generatecontent-err-01").answer))

        #expect(key.isCredentialProblem)
        #expect(key.status == 400)
        #expect(!long.isCredentialProblem)
        #expect(long.status == 400)
        #expect(long.retryDelaySeconds == nil)
    }

    @Test(arguments: [(401, true), (403, true), (400, false), (404, false), (429, false), (500, false)])
    func `is about the gateway's credential or not`(_ code: Int, _ isIt: Bool) {
        #expect(fault(#"{"error":{"code":\#(code),"message":"m","status":"S"}}"#)?.isCredentialProblem == isIt)
    }

    @Test(
        arguments: [
            ("48s", 48), ("48.000000001s", 49), ("0s", 0), ("0.5s", 1), ("48", nil), ("-1s", nil), ("s", nil), ("1e300s", 366 * 86_400),
            ("nans", nil), ("1m", nil),
        ] as [(String, Int?)])
    func `tells the seconds to wait, rounded up`(_ delay: String, _ seconds: Int?) {
        #expect(fault(#"{"error":{"code":429,"status":"S","details":[{"x":1},{"retryDelay":"\#(delay)"}]}}"#)?.retryDelaySeconds == seconds)
    }

    @Test func `tells a day's quota from a minute's`() {
        func spent(_ id: String) -> Bool? {
            fault(#"{"error":{"code":429,"status":"S","details":[{"violations":[{"quotaId":"\#(id)"}]}]}}"#)?.isQuotaSpent
        }

        #expect(spent("GenerateRequestsPerDayPerProjectPerModel-FreeTier") == true)
        #expect(spent("GenerateContentPaidTierInputTokensPerModelPerMinute") == false)
    }

    @Test(arguments: [
        "", "{}", "[]", "1", #"{"error":{"message":"m","type":"t","code":null}}"#, #"{"type":"error","error":{"type":"api_error","message":"m"}}"#,
        #"{"error":{"code":"429","status":"S"}}"#, #"[{"error":{"code":429,"status":"S"}},{}]"#, #"{"error":"x"}"#,
    ])
    func `is nothing in another dialect`(_ text: String) {
        #expect(fault(text) == nil)
    }
}
