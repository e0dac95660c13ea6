import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A provider's answer")
struct TargetCallTests {
    private let worker = FakeWorker()

    private func answer(_ answer: FakeAnswer, streaming: Bool = false) async throws -> (Response, Exchange) {
        worker.provider = { _, _ in answer }
        let exchange = streaming ? try Exchange.streaming(on: worker) : try Exchange.read(on: worker)
        return (try await FallbackFilter.sample().handle(exchange), exchange)
    }

    private func failure(_ answer: FakeAnswer, streaming: Bool = false, bodyBytesMax: Int = 1 << 20) async throws -> GatewayError? {
        worker.provider = { _, _ in answer }
        let exchange = streaming ? try Exchange.streaming(on: worker) : try Exchange.read(on: worker)
        do throws(GatewayError) {
            _ = try await FallbackFilter.sample([.sample(bodyBytesMax: bodyBytesMax)]).handle(exchange)
            return nil
        } catch {
            return error
        }
    }

    @Test func `reaches the client byte for byte, and its cost is noted`() async throws {
        let (response, exchange) = try await answer(.good)

        #expect(response.status == 200)
        #expect(exchange.record.usage == Usage(input: 7, output: 2))
        #expect(exchange.record.provider == "alpha")
        #expect(exchange.record.modelLabel == "fast")
        #expect(exchange.record.attempts == [Attempt(provider: "alpha", model: "fast", status: 200, usage: Usage(input: 7, output: 2))])
        #expect(exchange.record.firstByteAt != nil)
        #expect(try await response.read() == Sample.answer)
    }

    @Test func `brings back the fields that clients read and no others`() async throws {
        let headers = [
            HeaderField("content-type", "application/json"), HeaderField("x-request-id", "req_1"), HeaderField("x-ratelimit-limit-requests", "5"),
            HeaderField("openai-processing-ms", "12"), HeaderField("set-cookie", "a=b"), HeaderField("openai-organization", "org"),
            HeaderField("server", "cloudflare"), HeaderField("access-control-allow-origin", "*"),
        ]

        let (response, _) = try await answer(FakeAnswer(headers: headers, body: Sample.answer))

        #expect(
            response.headers == [
                HeaderField("content-type", "application/json"), HeaderField("x-provider-request-id", "req_1"),
                HeaderField("x-ratelimit-limit-requests", "5"), HeaderField("openai-processing-ms", "12"),
            ])
    }

    @Test(arguments: ["x-request-id", "request-id"])
    func `brings back the provider's id of the request, whatever its dialect calls it`(name: String) async throws {
        let headers = [HeaderField("content-type", "application/json"), HeaderField(name, "req_1")]

        let (response, _) = try await answer(FakeAnswer(headers: headers, body: Sample.answer))

        #expect(response.headers == [HeaderField("content-type", "application/json"), HeaderField("x-provider-request-id", "req_1")])
    }

    @Test func `does not contradict the gateway's own limits`() async throws {
        worker.provider = { _, _ in
            FakeAnswer(
                headers: [HeaderField("content-type", "application/json"), HeaderField("x-ratelimit-limit-requests", "5")], body: Sample.answer)
        }
        let exchange = try Exchange.read(on: worker)
        exchange.responseHeaders = [HeaderField("x-ratelimit-limit-requests", "60")]

        let response = try await FallbackFilter.sample().handle(exchange)

        #expect(response.headers.first("x-ratelimit-limit-requests") == nil)
    }

    @Test(arguments: [301, 302, 304, 101, 700])
    func `is broken when it is neither an answer nor an error`(_ status: Int) async throws {
        guard case .upstreamBroken = try await failure(FakeAnswer(status: status, headers: [HeaderField("location", "http://evil")])) else {
            Issue.record("\(status) was passed on")
            return
        }
    }

    @Test func `is broken when it is encoded`() async throws {
        let headers = [HeaderField("content-type", "application/json"), HeaderField("content-encoding", "gzip")]

        let error = try await failure(FakeAnswer(headers: headers, body: Sample.answer))

        #expect(error == .upstreamBroken(provider: "alpha", reason: "it is encoded, although that was not asked for."))
    }

    @Test func `keeps its status when it is an error, encoded or not`() async throws {
        let headers = [HeaderField("content-encoding", "gzip"), HeaderField("retry-after", "7")]

        guard case .upstreamFailed(let failure) = try await failure(FakeAnswer(status: 429, headers: headers, body: "\u{1f}\u{8b}")) else {
            Issue.record("the status was lost")
            return
        }

        #expect(failure.status == 429)
        #expect(failure.retryAfterSeconds == 7)
        #expect(failure.body.isEmpty)
    }

    @Test(arguments: [String(Sample.answer.dropLast(3)), "<html>", "", "{}"])
    func `is broken when its JSON is`(_ body: String) async throws {
        guard case .upstreamBroken = try await failure(FakeAnswer(body: body)) else {
            Issue.record("passed on: \(body)")
            return
        }
    }

    @Test func `is broken and given up when it is too long`() async throws {
        let answer = FakeAnswer(body: Sample.answer)

        let error = try await failure(answer, bodyBytesMax: 50)

        #expect(error == .upstreamBroken(provider: "alpha", reason: "it is longer than 50 bytes."))
        #expect(answer.isCancelled)
    }

    @Test func `is broken when it is a stream that nobody asked for`() async throws {
        let error = try await failure(FakeAnswer(stream: [Sample.word, Sample.done]))

        #expect(error == .upstreamBroken(provider: "alpha", reason: "it is a stream, which was not asked for."))
    }

    @Test func `is a stream for a client that asked for one, even if it came whole`() async throws {
        let (response, exchange) = try await answer(.good, streaming: true)

        #expect(response.body.isStream)
        #expect(response.headers.first("content-type") == "text/event-stream; charset=utf-8")
        let text = try await response.read()
        #expect(text.contains(#""content":"Hi""#) && text.hasSuffix(Sample.done))
        #expect(exchange.record.usage == Usage(input: 7, output: 2))
    }

    @Test func `stays whole where nothing else can be made of it`() async throws {
        let body = #"{"id":"resp_1","object":"response","status":"completed","output":[]}"#
        worker.provider = { _, _ in FakeAnswer(body: body) }
        let exchange = try Exchange.read(#"{"model":"fast","input":"Hi","stream":true}"#, on: worker, path: "/v1/responses")

        let response = try await FallbackFilter.sample().handle(exchange)

        #expect(response.headers.first("content-type") == "application/json")
        #expect(try await response.read() == body)
    }

    @Test func `that is an error keeps its body, its status and its wish to be left alone`() async throws {
        let error = try await failure(.failed(429, #"{"error":{"message":"slow down"}}"#, retryAfter: "2.5"))

        guard case .upstreamFailed(let failure) = error else {
            Issue.record("no failure")
            return
        }
        #expect(failure.status == 429)
        #expect(failure.retryAfterSeconds == 3)
        #expect(failure.body == Array(#"{"error":{"message":"slow down"}}"#.utf8))
        #expect(failure.headers.first("retry-after") == "2.5")
    }

    @Test(arguments: ["<html>", "{\"error\":", String(repeating: " ", count: 70_000) + "{}"])
    func `that is an error loses a body that is no JSON or too long`(_ body: String) async throws {
        guard case .upstreamFailed(let failure) = try await failure(.failed(500, body)) else {
            Issue.record("no failure")
            return
        }
        #expect(failure.body.isEmpty)
    }

    @Test func `that is an error with status 200 is one`() async throws {
        let body = #"{"error":{"message":"x","code":503}}"#

        let error = try await failure(FakeAnswer(body: body))

        #expect(error == .upstreamErrorEvent(provider: "alpha", status: 503, event: Array(body.utf8)))
    }

    @Test func `never brings back what a provider says of the gateway's own key`() async throws {
        let error = try await failure(FakeAnswer(body: #"{"error":{"message":"Incorrect API key: sk-abc","code":"invalid_api_key"}}"#))

        #expect(error == .upstreamErrorEvent(provider: "alpha", status: 502))
    }

    @Test func `that the gateway does not read passes as it comes`() async throws {
        worker.provider = { _, _ in FakeAnswer(headers: [HeaderField("content-type", "audio/mpeg")], body: "\u{0}ID3") }
        let exchange = try Exchange.read(#"{"model":"fast","input":"Hi"}"#, on: worker, path: "/v1/audio/speech")

        let response = try await FallbackFilter.sample().handle(exchange)

        #expect(response.headers == [HeaderField("content-type", "audio/mpeg")])
        #expect(try await response.read() == "\u{0}ID3")
    }
}
