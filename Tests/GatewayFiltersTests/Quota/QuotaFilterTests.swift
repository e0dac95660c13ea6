import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The quota filter")
struct QuotaFilterTests {
    private let store = MemoryQuotaStore()

    private func filter(_ limits: [QuotaLimit], route: String = "chat") -> QuotaFilter {
        QuotaFilter(limits: limits, route: route, models: ["fast", "smart"], store: store)
    }

    private func perMinute(_ count: Int, each: QuotaLimit.Dimension = .everyone, name: String = "limit") -> QuotaLimit {
        QuotaLimit(name: name, allowance: .requests(count, window: .seconds(60)), each: each)
    }

    private func atOnce(_ count: Int, each: QuotaLimit.Dimension = .everyone) -> QuotaLimit {
        QuotaLimit(name: "limit", allowance: .atOnce(count), each: each)
    }

    /// Places that are free in a limit of `count` at once.
    private func free(of count: Int, each: QuotaLimit.Dimension = .everyone) -> Int {
        let key = QuotaKey(counter: atOnce(count, each: each).counterName, subject: .everyone)
        guard case .granted(let reservation, let snapshots) = store.take([QuotaDemand(key: key, allowance: .atOnce(count))], now: .now) else {
            return 0
        }
        store.settle(reservation, actual: [0], now: .now)
        return snapshots[0].remaining + 1
    }

    @Test func `admits 50 of 200 requests that arrive at once on four workers`() async {
        let filter = filter([perMinute(50), atOnce(100)])
        let admitted = Tally()
        let now = Instant.now

        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await FakeThread().run(now: now) { worker in
                        for _ in 0..<50 {
                            guard let response = try? await filter.handle(.sample(on: worker), next: .answers()) else { continue }
                            _ = try? await response.read()
                            admitted.add()
                        }
                    }
                }
            }
        }

        #expect(admitted.value == 50)
        #expect(free(of: 100) == 100)
    }

    @Test func `tells the client where it stands with its tightest limit`() async throws {
        let filter = filter([perMinute(10, name: "wide"), perMinute(3, name: "tight"), atOnce(1)])
        let exchange = Exchange.sample()

        _ = try await filter.handle(exchange, next: .answers())

        #expect(
            exchange.responseHeaders == [
                HeaderField("x-ratelimit-limit-requests", "3"), HeaderField("x-ratelimit-remaining-requests", "2"),
                HeaderField("x-ratelimit-reset-requests", "1m0s"),
            ])
    }

    @Test func `refuses beyond the limit, and says when to come back`() async throws {
        let worker = FakeWorker()
        let filter = filter([perMinute(1)])
        _ = try await filter.handle(.sample(on: worker), next: .answers())
        worker.advance(by: .milliseconds(20_500))
        let exchange = Exchange.sample(on: worker)

        await #expect(throws: GatewayError.requestsSpent(limit: 1, window: "minute", retryAfterSeconds: 40)) {
            _ = try await filter.handle(exchange, next: .fails(.internalFailure(reason: "it was let in")))
        }

        #expect(exchange.responseHeaders.first("retry-after") == "40")
        #expect(exchange.responseHeaders.first("x-ratelimit-remaining-requests") == "0")
        #expect(exchange.responseHeaders.first("x-ratelimit-reset-requests") == "40s")
        worker.advance(by: .milliseconds(39_500))
        _ = try await filter.handle(.sample(on: worker), next: .answers())
    }

    @Test func `tells the client not to retry when the wait is longer than a minute`() async throws {
        let filter = filter([QuotaLimit(name: "daily", allowance: .requests(1, window: .seconds(86_400)), each: .everyone)])
        _ = try await filter.handle(.sample(), next: .answers())
        let exchange = Exchange.sample()

        await #expect(throws: GatewayError.self) { _ = try await filter.handle(exchange, next: .answers()) }

        #expect(exchange.responseHeaders.first("retry-after") == nil)
        #expect(exchange.responseHeaders.first("x-should-retry") == "false")
    }

    @Test func `refuses too many at once with a retry after a second`() async throws {
        let filter = filter([atOnce(1)])
        let open = try await filter.handle(.sample(), next: .answers())
        let exchange = Exchange.sample()

        await #expect(throws: GatewayError.tooManyAtOnce(limit: 1)) { _ = try await filter.handle(exchange, next: .answers()) }

        #expect(exchange.responseHeaders == [HeaderField("retry-after", "1")])
        open.body.end(.finished)
        _ = try await filter.handle(.sample(), next: .answers())
    }

    @Test(arguments: [BodyEnd.finished, .failed(.upstreamCut(provider: "p")), .cancelled])
    func `gives a place back once, when the answer has ended, however it ended`(end: BodyEnd) async throws {
        let response = try await filter([atOnce(2)]).handle(.sample(), next: .answers())
        #expect(free(of: 2) == 1)

        response.body.end(end)
        response.body.end(.finished)

        #expect(free(of: 2) == 2)
    }

    @Test(arguments: [GatewayError.upstreamCut(provider: "p"), .clientGone, .modelUnknown(model: "m"), .overloaded(reason: "full.")])
    func `gives a place back when the request fails`(error: GatewayError) async {
        let filter = filter([atOnce(2)])

        await #expect(throws: error) { _ = try await filter.handle(.sample(), next: .fails(error)) }

        #expect(free(of: 2) == 2)
    }

    @Test(arguments: [
        GatewayError.modelUnknown(model: "m"), .fieldRefused(field: "n", reason: "no."), .overloaded(reason: "full."), .draining,
        .noTargetLeft(model: "m"),
    ])
    func `does not count a request that the gateway turned away itself`(error: GatewayError) async throws {
        let filter = filter([perMinute(1)])

        for _ in 0..<3 { await #expect(throws: error) { _ = try await filter.handle(.sample(), next: .fails(error)) } }

        _ = try await filter.handle(.sample(), next: .answers())
    }

    @Test(arguments: [
        GatewayError.upstreamUnreachable(provider: "p"), .upstreamTimedOut(provider: "p", phase: .idle, afterMilliseconds: 1),
        .upstreamFailed(UpstreamFailure(provider: "p", status: 500)), .clientGone, .staticAnswer(status: 503, message: "Later."),
    ])
    func `counts a request that failed at a provider`(error: GatewayError) async {
        let filter = filter([perMinute(1)])
        await #expect(throws: error) { _ = try await filter.handle(.sample(), next: .fails(error)) }

        await #expect(throws: GatewayError.requestsSpent(limit: 1, window: "minute", retryAfterSeconds: 60)) {
            let exchange = Exchange.sample(on: FakeWorker(now: .now - .seconds(3)))
            _ = try await filter.handle(exchange, next: .answers())
        }
    }

    @Test func `counts for callers, teams, routes, models and everyone apart`() async throws {
        let alice = Caller(name: "alice", team: "shop")
        let bob = Caller(name: "bob", team: "shop")
        let carol = Caller(name: "carol")

        #expect(await admits(each: .caller, first: (alice, "fast"), second: (bob, "fast")))
        #expect(await !admits(each: .caller, first: (alice, "fast"), second: (alice, "smart")))
        #expect(await !admits(each: .caller, first: (nil, "fast"), second: (nil, "fast")))
        #expect(await admits(each: .caller, first: (nil, "fast"), second: (Caller(name: "anonymous"), "fast")))
        #expect(await !admits(each: .team, first: (alice, "fast"), second: (bob, "fast")))
        #expect(await admits(each: .team, first: (alice, "fast"), second: (carol, "fast")))
        #expect(await admits(each: .team, first: (carol, "fast"), second: (Caller(name: "x", team: "carol"), "fast")))
        #expect(await admits(each: .model, first: (alice, "fast"), second: (alice, "smart")))
        #expect(await !admits(each: .model, first: (alice, "fast"), second: (bob, "fast")))
        #expect(await !admits(each: .model, first: (alice, "invented-1"), second: (alice, "invented-2")))
        #expect(await !admits(each: .everyone, first: (alice, "fast"), second: (carol, "smart")))
        #expect(await !admits(each: .route, first: (alice, "fast"), second: (carol, "smart")))
        #expect(await admits(each: .route, first: (alice, "fast"), second: (alice, "fast"), routes: ("chat", "other")))
        #expect(await !admits(each: .caller, first: (alice, "fast"), second: (alice, "fast"), routes: ("chat", "other")))
    }

    /// Whether a limit of one request admits the second of two.
    private func admits(
        each: QuotaLimit.Dimension, first: (Caller?, String), second: (Caller?, String), routes: (String, String) = ("chat", "chat")
    ) async -> Bool {
        let store = MemoryQuotaStore()
        let limits = [perMinute(1, each: each)]
        var isAdmitted = false
        for (request, route) in [(first, routes.0), (second, routes.1)] {
            let filter = QuotaFilter(limits: limits, route: route, models: ["fast", "smart"], store: store)
            let exchange = Exchange.sample(model: request.1, caller: request.0)
            isAdmitted = (try? await filter.handle(exchange, next: .answers())) != nil
        }
        return isAdmitted
    }

    @Test func `takes a limit that is given twice once`() async throws {
        let filter = filter([perMinute(2), perMinute(2), perMinute(9)])

        _ = try await filter.handle(.sample(), next: .answers())
        _ = try await filter.handle(.sample(), next: .answers())

        await #expect(throws: GatewayError.self) { _ = try await filter.handle(.sample(), next: .answers()) }
    }
}
