import GatewayConfig
import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("What attempts cost")
struct AttemptCostTests {
    /// A dollar per million in, five out: "Hi" costs 7 + 10 millionths.
    private static let price = Price(input: 1_000_000, output: 5_000_000)
    private static let answerCost = Money(nanodollars: 17_000)

    private func target(_ provider: String = "alpha", dialect: Dialect = .openai) -> Target {
        Target(provider: .sample(provider, dialect: dialect), model: nil, state: TargetState(), price: Self.price)
    }

    private func stream(_ pieces: [String]) async throws -> (any BodySource, Exchange) {
        let worker = FakeWorker()
        worker.provider = { _, _ in FakeAnswer(stream: pieces) }
        let exchange = try Exchange.streaming(on: worker)
        let response = try await FallbackFilter.sample([target()]).handle(exchange)
        guard case .stream(let source) = response.body.content else { throw GatewayError.internalFailure(reason: "no stream.") }
        return (source, exchange)
    }

    @Test func `is noted for a whole answer`() async throws {
        let exchange = try Exchange.read(on: FakeWorker(["alpha": [{ .good }]]))

        _ = try await FallbackFilter.sample([target()]).handle(exchange)

        #expect(exchange.record.cost == Self.answerCost)
        #expect(exchange.record.attempts.map(\.cost) == [Self.answerCost])
    }

    @Test func `is noted for a stream as soon as it says so, and stands when the client leaves`() async throws {
        let (source, exchange) = try await stream([Sample.word, Sample.word + Sample.counts, Sample.done])
        #expect(exchange.record.cost == nil)

        _ = try await source.next()
        _ = try await source.next()
        await source.cancel()

        #expect(exchange.record.cost == Self.answerCost)
        #expect(exchange.record.usage?.isComplete == false)
    }

    @Test func `is noted for a stream that is cut`() async throws {
        let (source, exchange) = try await stream([Sample.word + Sample.counts])

        await #expect(throws: GatewayError.upstreamCut(provider: "alpha")) { while try await source.next() != nil {} }

        #expect(exchange.record.cost == Self.answerCost)
        #expect(exchange.record.attempts.map(\.usage?.isComplete) == [false])
    }

    @Test func `holds what a failed attempt used before anything was passed on`() async throws {
        let worker = FakeWorker([
            "alpha": [{ FakeAnswer(stream: [Sample.role + Sample.counts + Sample.errorEvent]) }],
            "beta": [{ FakeAnswer(stream: [Sample.word, Sample.counts, Sample.done]) }],
        ])
        let exchange = try Exchange.streaming(on: worker)
        let filter = FallbackFilter.sample([target("alpha"), target("beta")], policy: .sample(attempts: 1, on: [.errorEvent]))

        let response = try await filter.handle(exchange)
        _ = try await response.read()

        #expect(exchange.record.attempts.map(\.cost) == [Self.answerCost, Self.answerCost])
        #expect(exchange.record.cost == Self.answerCost + Self.answerCost)
        #expect(exchange.record.usage == Usage(input: 7, output: 2))
    }

    @Test func `is nothing for an attempt that the provider refused`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(503) }], "beta": [{ .good }]])
        let exchange = try Exchange.read(on: worker)

        _ = try await FallbackFilter.sample([target("alpha"), target("beta")], policy: .sample(attempts: 1, on: [.status(503)])).handle(exchange)

        #expect(exchange.record.attempts.map(\.cost) == [nil, Self.answerCost])
        #expect(exchange.record.cost == Self.answerCost)
    }
}
