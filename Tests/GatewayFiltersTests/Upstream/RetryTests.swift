import GatewayConfig
import GatewayCore
import GatewayDialects
import HTTPWire
import MonotonicClock
import Testing

@testable import GatewayFilters

@Suite("Retries")
struct RetryTests {
    private func run(_ worker: FakeWorker, _ filter: FallbackFilter, streaming: Bool = false) async throws -> (Exchange, GatewayError?) {
        let exchange = streaming ? try Exchange.streaming(on: worker) : try Exchange.read(on: worker)
        do throws(GatewayError) {
            _ = try await filter.handle(exchange)
            return (exchange, nil)
        } catch {
            return (exchange, error)
        }
    }

    @Test func `ask again after a failure on the list`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(503) }, { .good }]])

        let (exchange, error) = try await run(worker, .sample(policy: .sample(attempts: 1, on: [.status(503)])))

        #expect(error == nil)
        #expect(exchange.record.retries == 1)
        #expect(exchange.record.attempts.map(\.status) == [503, 200])
        #expect(exchange.record.attempts.map(\.error) == [.upstreamStatus, nil])
    }

    @Test func `are not needed where another target's format can carry what the first one's cannot`() async throws {
        let worker = FakeWorker(["openai": [{ .good }], "other": [{ .good }]])
        let targets: [Target] = [try .speaking(.anthropic), try .speaking(.gemini), try .speaking(.openai, formats: [.openAIChat])]
        let seeded = #"{"model":"fast","logit_bias":{"1":2},"messages":[{"role":"user","content":"Hi"}]}"#

        let exchange = try Exchange.asking("/v1/chat/completions", seeded, on: worker)
        let response = try await FallbackFilter.sample(targets).handle(exchange)

        #expect(response.status == 200)
        #expect(worker.asked == ["openai"])
        #expect(exchange.record.retries == 0 && exchange.record.attempts.count == 1)
        // None of them: what the first says is told, and nobody is asked.
        let refused = try Exchange.asking("/v1/chat/completions", seeded, on: worker)
        var field: String?
        do {
            _ = try await FallbackFilter.sample(Array(targets.prefix(2))).handle(refused)
        } catch GatewayError.fieldRefused(let name, _) {
            field = name
        }
        #expect(field == "logit_bias")
        #expect(worker.sent.count == 1)
    }

    @Test func `pass over a target that cannot say what the request says, and the failure of one that was asked is what is told`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(503) }, { .failed(503) }, { .good }]])
        let targets: [Target] = [.sample(), try .speaking(.anthropic)]
        let seeded = #"{"model":"fast","logit_bias":{"1":2},"messages":[{"role":"user","content":"Hi"}]}"#

        let exchange = try Exchange.asking("/v1/chat/completions", seeded, on: worker)
        var told: GatewayError?
        do throws(GatewayError) {
            _ = try await FallbackFilter.sample(targets, policy: .sample(attempts: 1)).handle(exchange)
        } catch {
            told = error
        }
        #expect(told?.status == 503 && told?.countsAsRequest == true)
        #expect(worker.asked == ["alpha", "alpha"])

        let (again, error) = try await run(worker, .sample([.sample()], policy: .sample(attempts: 1)))
        #expect(error == nil && again.record.retries == 0)
    }

    @Test func `leave a target alone for as long as it asks, whatever others are asked meanwhile`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(429, retryAfter: "30") }], "beta": [{ .failed(503) }, { .failed(503) }, { .good }]])

        let (_, error) = try await run(worker, .sample([.sample(), .sample("beta")], policy: .sample(attempts: 5)))

        #expect(error == nil)
        #expect(worker.asked == ["alpha", "beta", "beta", "beta"])
    }

    @Test func `wait for a healthy target that asks for a moment rather than ask one that is left out because it fails`() async throws {
        let ejection = EjectionPolicy(failures: 2, duration: .seconds(30))
        let worker = FakeWorker(["alpha": [{ .failed(429, retryAfter: "1") }, { .good }], "beta": [{ .failed(500) }]])
        let targets: [Target] = [.sample(), .sample("beta")]
        for _ in 0..<2 { targets[1].state.begin(now: worker.now, ejection: ejection).end(.failed, now: worker.now) }

        let (_, error) = try await run(worker, .sample(targets, policy: .sample(attempts: 1, ejection: ejection)))

        #expect(error == nil)
        #expect(worker.asked == ["alpha", "alpha"])
        #expect(worker.sleeps == [.seconds(1)])
    }

    @Test func `wait for no target if no time is left then`() async throws {
        let ejection = EjectionPolicy(failures: 2, duration: .seconds(30))
        let worker = FakeWorker(["alpha": [{ .failed(429, retryAfter: "2") }, { .good }], "beta": [{ .good }]])
        let targets: [Target] = [.sample(), .sample("beta")]
        for _ in 0..<2 { targets[1].state.begin(now: worker.now, ejection: ejection).end(.failed, now: worker.now) }

        let (_, error) = try await run(worker, .sample(targets, policy: .sample(total: .seconds(3), attempts: 1, ejection: ejection)))

        #expect(error == nil)
        #expect(worker.asked == ["alpha", "beta"])
    }

    @Test func `choose among those that may be asked, the healthy ones first, and wait only for as long as is granted`() {
        let now = Instant.now
        /// Which of three targets come into question, when 0 asks for two seconds, 1 for five, and 2 for nothing.
        func candidates(healthy: Set<Int>, granted: Int, ruledOut: [Int] = []) -> [Int] {
            var course = TargetCourse(count: 3)
            for (index, seconds) in [2, 5].enumerated() {
                course.failed(index, .upstreamFailed(UpstreamFailure(provider: "p", status: 429, retryAfterSeconds: seconds)), now: now)
            }
            for index in ruledOut { course.ruleOut(index) }
            return course.candidates(now: now, isHealthy: healthy.contains, mayWait: { $0 <= granted })
        }

        #expect(candidates(healthy: [0, 1, 2], granted: 9) == [2])
        #expect(candidates(healthy: [0, 1], granted: 9) == [0], "2 fails, 0 may be asked soon")
        #expect(candidates(healthy: [0, 1], granted: 1) == [2], "that is too long")
        #expect(candidates(healthy: [1], granted: 9) == [1])
        #expect(candidates(healthy: [], granted: 9) == [2])
        #expect(candidates(healthy: [], granted: 9, ruledOut: [2]) == [0])
        #expect(candidates(healthy: [0, 1, 2], granted: 9, ruledOut: [0, 1, 2]) == [])
    }

    @Test func `ask no target again that has no money left for us`() async throws {
        let spent = #"{"error":{"message":"x","type":"insufficient_quota","code":"insufficient_quota"}}"#
        let worker = FakeWorker(["alpha": [{ .failed(429, spent) }], "beta": [{ .failed(429, spent) }]])

        let (_, error) = try await run(worker, .sample([.sample(), .sample("beta")], policy: .sample(attempts: 5)))

        #expect(error?.status == 429)
        #expect(worker.asked == ["alpha", "beta"])
    }

    @Test func `are not made for a client that left as the failure came, which is what is told`() async throws {
        let worker = FakeWorker()
        let exchange = try Exchange.read(on: worker)
        worker.provider = { [unowned exchange] _, _ in
            exchange.cancellation.cancel(.clientGone)
            return .failed(503)
        }

        await #expect(throws: GatewayError.clientGone) {
            _ = try await FallbackFilter.sample(policy: .sample(attempts: 1, on: [.any])).handle(exchange)
        }

        #expect(worker.sent.count == 1)
    }

    @Test func `end with the last failure when all attempts are used`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }, { .failed(502) }, { .failed(503) }, { .good }]])

        let (exchange, error) = try await run(worker, .sample(policy: .sample(attempts: 2, on: [.statusClass(5)])))

        #expect(error?.status == 503)
        #expect(worker.sent.count == 3)
        #expect(exchange.record.retries == 2)
    }

    @Test func `send what was lost with a kept connection again on a fresh one, which says nothing against the target`() async throws {
        let worker = FakeWorker()
        worker.provider = { _, number throws(GatewayError) in
            if number == 0 { throw .upstreamConnectionLost(provider: "alpha") }
            return .good
        }
        let target = Target.sample("alpha")
        let filter = FallbackFilter.sample([target], policy: .sample(attempts: 1, on: [.connect]))

        let (exchange, error) = try await run(worker, filter)

        #expect(error == nil)
        #expect(worker.sent.map(\.isOnFreshConnection) == [false, true])
        #expect(exchange.record.attempts.map(\.error) == [.upstreamCut, nil])
        #expect(exchange.record.retries == 1)
        #expect(target.state.snapshot(now: worker.now).failures == 0)
    }

    @Test func `are not made of what was lost with a kept connection when the route wants none`() async throws {
        let worker = FakeWorker()
        worker.provider = { _, _ throws(GatewayError) in throw .upstreamConnectionLost(provider: "alpha") }

        let (_, error) = try await run(worker, .sample(policy: .sample(attempts: 0)))

        #expect(error?.kind == .upstreamCut)
        #expect(worker.sent.count == 1)
    }

    @Test(arguments: [400, 404, 500])
    func `are not made for failures off the list`(_ status: Int) async throws {
        let worker = FakeWorker(["alpha": [{ .failed(status) }]])

        _ = try await run(worker, .sample(policy: .sample(attempts: 3, on: [.connect, .status(429)])))

        #expect(worker.sent.count == 1)
    }

    @Test func `cover an error event and a cut before content`() async throws {
        let worker = FakeWorker([
            "alpha": [
                { FakeAnswer(stream: [Sample.role, Sample.errorEvent]) }, { FakeAnswer(stream: [Sample.role]) },
                { FakeAnswer(stream: [Sample.role, Sample.word, Sample.done]) },
            ]
        ])

        let (exchange, error) = try await run(worker, .sample(policy: .sample(attempts: 2, on: [.errorEvent, .badAnswer])), streaming: true)

        #expect(error == nil)
        #expect(exchange.record.attempts.map(\.error) == [.upstreamStatus, .upstreamCut, nil])
    }

    @Test func `are never made after content`() async throws {
        let worker = FakeWorker(["alpha": [{ FakeAnswer(stream: [Sample.word, Sample.errorEvent]) }]])
        let exchange = try Exchange.streaming(on: worker)

        let response = try await FallbackFilter.sample(policy: .sample(attempts: 2, on: [.any])).handle(exchange)

        await #expect(throws: GatewayError.self) { try await response.read() }
        #expect(worker.sent.count == 1)
    }

    @Test func `prefer a target that was not tried`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(503) }], "beta": [{ .good }]])

        let (_, error) = try await run(worker, .sample([.sample("alpha"), .sample("beta", model: "other")], policy: .sample(attempts: 1)))

        #expect(error == nil)
        #expect(worker.asked == ["alpha", "beta"])
        #expect(String(decoding: worker.sent[1].body, as: UTF8.self).contains(#""model":"other""#))
    }

    @Test func `wait a random share of a growing pause`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }]])
        worker.randomNumbers = [50_000, 150_000]

        _ = try await run(worker, .sample(policy: .sample(attempts: 2)))

        #expect(worker.sleeps == [.milliseconds(50), .milliseconds(150)])
    }

    @Test(arguments: [("1", [Duration.seconds(1)]), ("2", [.seconds(2)]), ("3", []), ("86400", [])])
    func `wait as long as the provider wishes, unless that is too long`(_ retryAfter: String, _ sleeps: [Duration]) async throws {
        let worker = FakeWorker(["alpha": [{ .failed(429, retryAfter: retryAfter) }, { .good }]])

        let (exchange, _) = try await run(worker, .sample(policy: .sample(attempts: 1)))

        #expect(worker.sleeps == sleeps)
        #expect(exchange.record.retries == sleeps.count)
    }

    @Test(arguments: [(1, [Duration.seconds(1)]), (2, [.seconds(2)]), (3, []), (86_400, [])])
    func `wait until the date that the provider names, unless that is too far off`(_ seconds: Int, _ sleeps: [Duration]) async throws {
        let now = 1_790_000_000
        let worker = FakeWorker(["alpha": [{ .failed(429, retryAfter: httpDate(unixSeconds: now + seconds)) }, { .good }]])
        worker.secondsSince1970 = now

        let (exchange, _) = try await run(worker, .sample(policy: .sample(attempts: 1)))

        #expect(worker.sleeps == sleeps)
        #expect(exchange.record.retries == sleeps.count)
    }

    @Test func `go to another target at once although the first wants to be left alone`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(429, retryAfter: "3600") }], "beta": [{ .good }]])

        let (_, error) = try await run(worker, .sample([.sample("alpha"), .sample("beta")], policy: .sample(attempts: 1)))

        #expect(error == nil)
    }

    @Test func `are not made where the money is gone`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(429, #"{"error":{"code":"insufficient_quota"}}"#) }]])

        _ = try await run(worker, .sample(policy: .sample(attempts: 2)))

        #expect(worker.sent.count == 1)
    }

    @Test func `stop when the budget is spent`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }]])
        let filter = FallbackFilter.sample(policy: .sample(attempts: 1), budgetPercent: 20)

        for _ in 0..<50 { _ = try await run(worker, filter) }

        // 10 to begin with and a fifth of 50.
        #expect((68...72).contains(worker.sent.count), "\(worker.sent.count) requests")
    }

    @Test func `stay within one deadline, each attempt with what is left of it`() async throws {
        let worker = FakeWorker()
        worker.provider = { [unowned worker] _, _ in
            worker.advance(by: .seconds(4))
            return .failed(500)
        }

        let (_, error) = try await run(worker, .sample(policy: .sample(total: .seconds(10), attempts: 5)))

        #expect(worker.sent.map(\.timeouts.totalLeft) == [.seconds(10), .seconds(6), .seconds(2)])
        #expect(error?.status == 500)
    }

    @Test func `end with the client`() async throws {
        let worker = FakeWorker()
        let exchange = try Exchange.read(on: worker)
        worker.provider = { [unowned exchange] _, _ in
            exchange.cancellation.cancel(.clientGone)
            return .failed(500)
        }

        await #expect(throws: GatewayError.self) { _ = try await FallbackFilter.sample(policy: .sample(attempts: 5)).handle(exchange) }

        #expect(worker.sent.count == 1)
    }

    @Test func `stay at the account that keeps what a request goes on with`() async throws {
        let worker = FakeWorker(["alpha": [{ .failed(500) }, { FakeAnswer(body: #"{"output":[]}"#) }], "beta": [{ .good }]])
        let exchange = try Exchange.read(#"{"model":"fast","previous_response_id":"resp_1"}"#, on: worker, path: "/v1/responses")

        _ = try await FallbackFilter.sample([.sample("alpha"), .sample("beta")], policy: .sample(attempts: 1)).handle(exchange)

        #expect(worker.asked == ["alpha", "alpha"])
    }
}

@Suite("The retry budget")
struct RetryBudgetTests {
    private let now = Instant.now

    @Test func `holds a few retries for a route without traffic`() {
        let budget = RetryBudget(percent: 20, bucket: RetryBucket(now: now))

        let given = (0..<20).filter { _ in budget.takeRetry(now: now) }.count

        #expect(given == 10)
    }

    @Test func `fills by a share of the requests`() {
        let budget = RetryBudget(percent: 20, bucket: RetryBucket(now: now))
        while budget.takeRetry(now: now) {}

        for _ in 0..<10 { budget.countRequest() }

        #expect(budget.takeRetry(now: now))
        #expect(budget.takeRetry(now: now))
        #expect(!budget.takeRetry(now: now))
    }

    @Test func `fills slowly by itself, up to what it began with`() {
        let budget = RetryBudget(percent: 1, bucket: RetryBucket(now: now))
        while budget.takeRetry(now: now) {}

        #expect(!budget.takeRetry(now: now + .milliseconds(900)))
        #expect(budget.takeRetry(now: now + .milliseconds(1100)))
        let given = (0..<20).filter { _ in budget.takeRetry(now: now + .seconds(100_000)) }.count
        #expect(given == 10)
    }

    @Test func `saves up no more than it should`() {
        let budget = RetryBudget(percent: 100, bucket: RetryBucket(now: now))
        for _ in 0..<100_000 { budget.countRequest() }

        let given = (0..<1000).filter { _ in budget.takeRetry(now: now) }.count

        #expect(given == 100)
    }

    @Test func `gives nothing at 0 percent`() {
        let budget = RetryBudget(percent: 0, bucket: RetryBucket(now: now))
        budget.countRequest()

        #expect(!budget.takeRetry(now: now + .seconds(60)))
    }

    @Test func `is exact across workers`() async {
        let budget = RetryBudget(percent: 50, bucket: RetryBucket(now: now))
        let start = now

        let given = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { (0..<10).filter { _ in budget.takeRetry(now: start) }.count } }
            return await group.reduce(0, +)
        }

        #expect(given == 10)
    }
}
