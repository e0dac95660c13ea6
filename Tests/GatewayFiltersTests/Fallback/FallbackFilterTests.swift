import GatewayConfig
import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("Fallback")
struct FallbackFilterTests {
    private let smart = ServedModel(name: "smart", targets: [.sample("beta", model: "big")])
    private let spare = ServedModel(name: "spare", targets: [.sample("gamma", model: "small")])

    private func run(_ worker: FakeWorker, _ filter: FallbackFilter) async throws -> (Exchange, GatewayError?) {
        let exchange = try Exchange.read(on: worker)
        do throws(GatewayError) {
            _ = try await filter.handle(exchange)
            return (exchange, nil)
        } catch {
            return (exchange, error)
        }
    }

    private func rule(_ on: [Condition], _ model: ServedModel) -> FallbackRule { FallbackRule(on: Conditions(on), action: .model(model)) }

    @Test func `goes to the next model, under that model's name`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }], "beta": [{ .good }]])

        let (exchange, error) = try await run(worker, .sample(rules: [rule([.statusClass(5)], smart)]))

        #expect(error == nil)
        #expect(exchange.record.fallbacks == ["smart"])
        #expect(exchange.record.modelUsed == "big")
        #expect(exchange.record.provider == "beta")
        #expect(exchange.record.hasRepeated)
        #expect(String(decoding: worker.sent[1].body, as: UTF8.self).hasPrefix(#"{"model":"big","#))
    }

    @Test func `takes the first rule further down that is about the failure`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(429) }], "gamma": [{ .good }]])

        _ = try await run(worker, .sample(rules: [rule([.timeout], smart), rule([.status(429)], spare)]))

        #expect(worker.asked == ["alpha", "gamma"])
    }

    @Test func `passes over a model whose provider cannot take the request, and tells why it was needed`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(503) }], "gamma": [{ .good }]])
        let claude = ServedModel(name: "claude", targets: [.sample("beta", dialect: .anthropic, model: "claude")])
        let twice = try Exchange.read(#"{"model":"fast","n":2,"messages":[{"role":"user","content":"Hi"}]}"#, on: worker)

        let error = await #expect(throws: GatewayError.self) {
            _ = try await FallbackFilter.sample(rules: [self.rule([.any], claude)]).handle(twice)
        }
        _ = try await FallbackFilter.sample(rules: [rule([.any], claude), rule([.any], spare)]).handle(twice)

        #expect(error?.status == 503)
        #expect(worker.asked == ["alpha", "alpha", "gamma"])
    }

    @Test func `goes on down the list and never back up`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }], "beta": [{ .failed(429) }], "gamma": [{ .failed(500) }]])

        let (exchange, error) = try await run(worker, .sample(rules: [rule([.any], smart), rule([.any], spare), rule([.any], smart)]))

        #expect(worker.asked == ["alpha", "beta", "gamma"])
        #expect(exchange.record.fallbacks == ["smart", "spare"])
        #expect(error?.status == 500)
    }

    @Test func `ends with the operator's words`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }]])
        let rest = FallbackRule(on: Conditions([.any]), action: .answer(status: 503, message: "Resting."))

        let (exchange, error) = try await run(worker, .sample(rules: [rest]))

        #expect(error == .staticAnswer(status: 503, message: "Resting."))
        #expect(exchange.record.fallbacks == ["answer"])
    }

    @Test func `retries at the other model too, within the same budget`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }], "beta": [{ .failed(500) }, { .good }]])

        let (exchange, error) = try await run(worker, .sample(policy: .sample(attempts: 1), rules: [rule([.any], smart)]))

        #expect(error == nil)
        #expect(worker.asked == ["alpha", "alpha", "beta", "beta"])
        #expect(exchange.record.retries == 2)
    }

    @Test func `is left for requests that were wrong`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(400) }]])

        let (_, error) = try await run(worker, .sample(rules: [rule([.any], smart)]))

        #expect(error?.status == 400)
        #expect(worker.asked == ["alpha"])
    }

    @Test func `is left for clients that are gone`() async throws {
        let worker = FakeWorker()
        let exchange = try Exchange.read(on: worker)
        worker.provider = { [unowned exchange] _, _ throws(GatewayError) in
            exchange.cancellation.cancel(.clientGone)
            throw .upstreamUnreachable(provider: "alpha")
        }

        await #expect(throws: GatewayError.self) { _ = try await FallbackFilter.sample(rules: [rule([.any], smart)]).handle(exchange) }

        #expect(worker.sent.count == 1)
    }

    @Test func `works before the first content of a stream, not after it`() async throws {
        let worker = FakeWorker([
            "alpha": [{ FakeAnswer(stream: [Sample.role, Sample.errorEvent]) }],
            "beta": [{ FakeAnswer(stream: [Sample.role, Sample.word, Sample.errorEvent]) }], "gamma": [{ .good }],
        ])
        let exchange = try Exchange.streaming(on: worker)

        let response = try await FallbackFilter.sample(rules: [rule([.errorEvent], smart), rule([.any], spare)]).handle(exchange)

        await #expect(throws: GatewayError.self) { try await response.read() }
        #expect(worker.asked == ["alpha", "beta"])
    }

    @Test func `does not bother targets that are all left out`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }], "beta": [{ .good }]])
        let policy = UpstreamPolicy.sample(ejection: EjectionPolicy(failures: 2, duration: .seconds(30)))
        let filter = FallbackFilter.sample(policy: policy, rules: [rule([.statusClass(5)], smart)])

        for _ in 0..<4 { _ = try await run(worker, filter) }

        #expect(worker.asked == ["alpha", "beta", "alpha", "beta", "beta", "beta"])
    }

    @Test func `tries targets that are left out when nobody else is there`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }, { .failed(500) }, { .good }]])
        let filter = FallbackFilter.sample(policy: .sample(ejection: EjectionPolicy(failures: 2, duration: .seconds(30))))

        _ = try await run(worker, filter)
        _ = try await run(worker, filter)
        let (_, error) = try await run(worker, filter)

        #expect(error == nil)
    }

    @Test func `has no more time than the route gives`() async throws {
        let worker = FakeWorker()
        worker.provider = { [unowned worker] _, _ in
            worker.advance(by: .seconds(11))
            return .failed(500)
        }

        let (_, error) = try await run(worker, .sample(policy: .sample(total: .seconds(10)), rules: [rule([.any], smart)]))

        #expect(worker.asked == ["alpha"])
        #expect(error == .upstreamTimedOut(provider: "beta", phase: .total, afterMilliseconds: 10_000))
    }
}

@Suite("Whom a request is for")
struct ModelChoiceTests {
    @Test func `is whoever serves its model`() async throws {
        let worker = FakeWorker(["alpha": [{ .good }]])

        _ = try await FallbackFilter.sample([.sample("alpha", model: "gpt")]).handle(try .read(on: worker))

        #expect(String(decoding: worker.sent[0].body, as: UTF8.self) == #"{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}"#)
    }

    @Test func `is the provider that takes every model, unchanged`() async throws {
        let worker = FakeWorker(["beta": [{ .good }]])
        let exchange = try Exchange.read(#"{"model":"other"}"#, on: worker)

        _ = try await FallbackFilter.sample(passThrough: .sample("beta")).handle(exchange)

        #expect(worker.asked == ["beta"])
        #expect(worker.sent[0].body == exchange.request.body)
        #expect(exchange.record.modelLabel == nil)
    }

    @Test func `is nobody without a provider for unknown models`() async throws {
        let worker = FakeWorker()

        await #expect(throws: GatewayError.modelUnknown(model: "other")) {
            _ = try await FallbackFilter.sample().handle(try .read(#"{"model":"other"}"#, on: worker))
        }
        await #expect(throws: GatewayError.routeMissing) {
            _ = try await FallbackFilter.sample().handle(try .read("", on: worker, method: "GET", path: "/v1/files"))
        }
        #expect(worker.sent.isEmpty)
    }
}

@Suite("Paths that reach a provider")
struct ProviderPathTests {
    @Test(arguments: ["/v1/files/../admin", "/v1/ch%61t/completions", "/v1//files", "/internal/metrics"])
    func `are those of the API, in one reading`(_ path: String) async throws {
        let worker = FakeWorker()
        let exchange = try Exchange.read("", on: worker, method: "GET", path: path)

        await #expect(throws: GatewayError.routeMissing) {
            _ = try await FallbackFilter.sample(passThrough: .sample("beta")).handle(exchange)
        }
        #expect(worker.sent.isEmpty)
    }
}

@Suite("Conditions and failures")
struct ConditionsTests {
    private func failed(_ status: Int) -> GatewayError { .upstreamFailed(UpstreamFailure(provider: "p", status: status)) }

    @Test func `meet by kind`() {
        #expect(Conditions([.connect]).include(.upstreamUnreachable(provider: "p")))
        #expect(Conditions([.connect]).include(.upstreamTimedOut(provider: "p", phase: .connect, afterMilliseconds: 1)))
        #expect(!Conditions([.connect]).include(.upstreamTimedOut(provider: "p", phase: .idle, afterMilliseconds: 1)))
        #expect(Conditions([.timeout]).include(.upstreamTimedOut(provider: "p", phase: .firstByte, afterMilliseconds: 1)))
        #expect(Conditions([.badAnswer]).include(.upstreamCut(provider: "p")))
        #expect(Conditions([.errorEvent]).include(.upstreamErrorEvent(provider: "p", status: nil)))
        #expect(Conditions([.status(429)]).include(.upstreamErrorEvent(provider: "p", status: 429)))
        #expect(!Conditions([.timeout]).include(.upstreamBroken(provider: "p", reason: "")))
    }

    @Test(arguments: [401, 403, 404, 408, 409, 429, 500, 503, 529])
    func `any means what another provider might do better`(_ status: Int) {
        #expect(Conditions([.any]).include(failed(status)))
    }

    @Test(arguments: [400, 413, 415, 422])
    func `a request that was wrong is meant only by its status`(_ status: Int) {
        #expect(!Conditions([.any]).include(failed(status)))
        #expect(Conditions([.status(status)]).include(failed(status)))
        #expect(Conditions([.statusClass(4)]).include(failed(status)))
    }

    @Test(arguments: [GatewayError.clientGone, .draining, .modelMissing, .keyUnknown, .staticAnswer(status: 503, message: "")])
    func `never meet what no provider has done`(_ error: GatewayError) {
        #expect(!Conditions([.any]).include(error))
    }
}
