import GatewayConfig
import GatewayCore
import GatewayDialects
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A provider's error, in its own words")
struct ProviderFailureTests {
    private let worker = FakeWorker()

    private func failure(_ status: Int, _ body: String, headers: [HeaderField] = [], of dialect: Dialect = .gemini) async throws -> UpstreamFailure {
        worker.provider = { _, _ in FakeAnswer(status: status, headers: [HeaderField("content-type", "application/json")] + headers, body: body) }
        do {
            _ = try await FallbackFilter.sample([.speaking(dialect)]).handle(.greeting(from: .openAIChat, on: worker))
        } catch GatewayError.upstreamFailed(let failure) {
            return failure
        }
        throw GatewayError.internalFailure(reason: "it was no failure.")
    }

    private let keyInvalid =
        #"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","#
        + #""details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}"#

    @Test func `is about the gateway's own key also where Gemini calls it a bad request`() async throws {
        let failure = try await self.failure(400, keyInvalid)

        #expect(failure.isCredentialProblem)
        let response = Dialect.openai.response(to: .upstreamFailed(failure), retriesSpent: false)
        #expect(response.status == 502)
        #expect(try await !response.read().contains("API key not valid"))
        #expect(GatewayError.upstreamFailed(failure).kind == .upstreamAuth)
        #expect(GatewayError.upstreamFailed(failure).blame != .caller)
    }

    @Test func `is about the gateway's own key in a list of one too`() async throws {
        let failure = try await self.failure(400, "[" + keyInvalid + "]")
        #expect(failure.isCredentialProblem)
    }

    @Test func `lets another target be asked when the key of the first is wrong`() async throws {
        worker.provider = { [keyInvalid] request, _ in
            request.endpoint.provider == "gemini" ? .failed(400, keyInvalid) : FakeAnswer(body: Sample.message)
        }
        let spare = ServedModel(name: "spare", targets: [try .speaking(.anthropic)])
        let rule = FallbackRule(on: Conditions([.any]), action: .model(spare))

        let response = try await FallbackFilter.sample([.speaking(.gemini)], rules: [rule]).handle(.greeting(from: .openAIChat, on: worker))

        #expect(try await response.read().contains(#""content":"Hi""#))
        #expect(worker.asked == ["gemini", "anthropic"])
    }

    @Test(arguments: [
        (400, #"{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT"}}"#, Dialect.gemini),
        (400, #"{"type":"error","error":{"type":"invalid_request_error","message":"API_KEY_INVALID"}}"#, .anthropic),
        (404, #"{"error":{"message":"no such model","code":"model_not_found"}}"#, .openai),
        (429, #"{"error":{"code":429,"message":"Slow","status":"RESOURCE_EXHAUSTED"}}"#, .gemini),
    ])
    func `is about something else otherwise`(status: Int, body: String, dialect: Dialect) async throws {
        let failure = try await self.failure(status, body, of: dialect)
        #expect(!failure.isCredentialProblem)
    }

    private func exhausted(_ delay: String) -> String {
        #"{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","#
            + #""retryDelay":"\#(delay)"}]}}"#
    }

    @Test func `says in its body when Gemini would answer again`() async throws {
        #expect(try await failure(429, exhausted("48s")).retryAfterSeconds == 48)
        #expect(try await failure(429, exhausted("0.2s")).retryAfterSeconds == 1)
        #expect(try await failure(429, "[" + exhausted("7.5s") + "]").retryAfterSeconds == 8)
        #expect(try await failure(429, exhausted("soon")).retryAfterSeconds == nil)
    }

    @Test func `says in its head when it would answer again, whatever its body says`() async throws {
        #expect(try await failure(429, exhausted("48s"), headers: [HeaderField("retry-after", "3")]).retryAfterSeconds == 3)
    }

    @Test func `is not waited for longer than the route allows where Gemini asks for more`() async throws {
        worker.provider = { [body = exhausted("48s")] _, _ in
            FakeAnswer(status: 429, headers: [HeaderField("content-type", "application/json")], body: body)
        }

        await #expect(throws: GatewayError.self) {
            _ = try await FallbackFilter.sample([.speaking(.gemini)], policy: .sample(attempts: 3)).handle(.greeting(from: .anthropic, on: worker))
        }
        #expect(worker.sent.count == 1)
    }

    @Test func `tells every client when to ask again`() async throws {
        let failure = try await self.failure(429, exhausted("4.2s"))
        for dialect in Dialect.allCases {
            #expect(dialect.response(to: .upstreamFailed(failure), retriesSpent: false).headers.first("retry-after") == "5", "\(dialect)")
        }
    }
}
