import GatewayCore
import MonotonicClock
import Synchronization
import Testing

@testable import GatewayFilters
import HTTPWire

/// A call that several requests share costs what it costs, once, whoever of them leaves and when.
@Suite("The bill of a shared call", .timeLimit(.minutes(5)))
struct FlightBillTests {
    private let store = MemoryCacheStore(bytesMax: 4 << 20, entryBytesMax: 100_000)
    private let flights = FlightTable(bytesMax: 4 << 20)
    private let quotas = MemoryQuotaStore()
    private let limit = QuotaLimit(
        name: "tokens", allowance: QuotaAllowance(.tokens(.total), 100_000, .sliding(.seconds(60))), each: .everyone, onExceed: .reject,
        isShadow: false, chargesCached: false)

    /// A limit of tokens, a cache, and what is behind them.
    private func chain(_ provider: BilledProvider, _ policy: CachePolicy = CachePolicy(keep: .seconds(60))) -> Handle {
        let cache = CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: .team, convertible: [.chatCompletions]), policy: policy,
            state: CacheState(store: store, flights: flights), converters: [.chatCompletions: FakeConverter()])
        let quota = QuotaFilter(limits: [limit], route: "chat", models: ["fast"], store: quotas)
        let behind = Next.runs { (exchange: Exchange) async throws(GatewayError) in try await cache.handle(exchange, next: provider.next) }
        return { (exchange) async throws(GatewayError) in try await quota.handle(exchange, next: behind) }
    }

    /// What the limit has counted.
    private var used: Int {
        let key = QuotaKey(counter: limit.counterName, subject: .everyone)
        let look = QuotaDemand(key: key, allowance: limit.allowance, amount: 0)
        return 100_000 - quotas.take([look], now: .now, unix: 1_790_000_000).snapshots[0].remaining
    }

    private func request(_ worker: FakeWorker, streaming: Bool, headers: [(String, String)] = []) -> Exchange {
        let body = #"{"model":"fast","messages":[{"role":"user","content":"\#(String(repeating: "word ", count: 2000))"}]}"#
        let exchange = Exchange.sample(on: worker, headers: headers, body: body, streaming: streaming)
        exchange.bodyScan = try? exchange.scan(Array(body.utf8))
        return exchange
    }

    /// Comes on board of the flight of a stream whose first client leaves: before the answer's head, or with some of it read.
    ///
    /// - Returns: the record of who left, and of who stayed.
    private func leaderLeaves(
        _ provider: BilledProvider, afterHead: Bool, followerStreams: Bool, _ worker: FakeWorker
    ) async throws -> (RequestRecord, RequestRecord) {
        let chain = chain(provider)
        let leader = BilledClient(request(worker, streaming: true))
        provider.valve.allow(afterHead ? 2 : 0)
        leader.ask(chain, piecesRead: 1)
        await until { afterHead ? leader.piecesRead.value == 1 : provider.calls.value == 1 }
        let follower = BilledClient(request(worker, streaming: followerStreams))
        follower.ask(chain)
        await until { flights.passengerCount == 2 }

        leader.exchange.cancellation.cancel(.clientGone)
        leader.mayGoOn.open()
        await until { leader.record != nil }
        provider.valve.open()
        await until { follower.record != nil }
        return (try #require(leader.record), try #require(follower.record))
    }

    @Test(arguments: [false, true], [false, true])
    func `is its follower's when who set out leaves, with all attempts and nothing for who left`(afterHead: Bool, failsFirst: Bool) async throws {
        let provider = BilledProvider(["a", "x"], failsFirst: failsFirst)
        try await FakeThread().run { worker in
            let (left, stayed) = try await leaderLeaves(provider, afterHead: afterHead, followerStreams: true, worker)

            #expect(left.attempts.isEmpty && left.cost == nil && left.usage == nil)
            #expect(left.tokens + stayed.tokens == provider.tokensBilled)
            #expect(stayed.attempts.count == (failsFirst ? 2 : 1) && stayed.cache == .miss && stayed.costAvoided == nil)
            #expect(used == provider.tokensBilled)
            #expect(stayed.cost == provider.moneyBilled)
        }
    }

    @Test(arguments: [200, 206], [false, true])
    func `is paid beside a call of its own by a follower to whom the answer is of no use`(status: Int, afterHead: Bool) async throws {
        let provider = BilledProvider(["cannot", "x"], status: status)
        try await FakeThread().run { worker in
            let (left, stayed) = try await leaderLeaves(provider, afterHead: afterHead, followerStreams: false, worker)

            #expect(provider.calls.value == 2)
            #expect(left.tokens + stayed.tokens == provider.tokensBilled)
            #expect(used == provider.tokensBilled)
            #expect(stayed.attempts.count == 2 && stayed.cost == provider.moneyBilled)
        }
    }

    @Test func `is paid by a follower who in the end gets an answer that is kept`() async throws {
        let (provider, fresh) = (BilledProvider(["a", "x"], status: 206), BilledProvider(["fresh"]))
        fresh.valve.open()
        try await FakeThread().run { worker in
            let leader = BilledClient(request(worker, streaming: true))
            leader.ask(chain(provider))
            await until { provider.calls.value == 1 }
            let follower = BilledClient(request(worker, streaming: false))
            follower.ask(chain(provider))
            await until { flights.passengerCount == 2 }
            leader.exchange.cancellation.cancel(.clientGone)
            await until { leader.record != nil }
            let other = BilledClient(request(worker, streaming: false, headers: [("cache-control", "no-cache")]))
            other.ask(chain(fresh))
            await until { other.record != nil }
            provider.valve.open()
            await until { follower.record != nil }

            let record = try #require(follower.record)
            #expect(record.cache == .miss && record.costAvoided == nil && record.cost == provider.moneyBilled)
            #expect(used == provider.tokensBilled + fresh.tokensBilled)
        }
    }

    @Test func `is paid although an old answer covers its failure up`() async throws {
        let (good, failing) = (BilledProvider(["good"]), BilledProvider([], failsAtLast: true))
        good.valve.open()
        failing.valve.open()
        let policy = CachePolicy(keep: .seconds(60), staleIfError: .seconds(3600))
        await FakeThread().run { worker in
            let first = BilledClient(request(worker, streaming: false))
            first.ask(chain(good, policy))
            await until { first.record != nil }
            worker.advance(by: .seconds(120))
            let second = BilledClient(request(worker, streaming: false))
            second.ask(chain(failing, policy))
            await until { second.record != nil }

            #expect(second.record?.cache == .stale)
            #expect(used == failing.tokensBilled, "what the first came to is out of the window")
        }
    }

    @Test func `of a refresh that shares a call in another form is a refresh's`() async throws {
        let provider = BilledProvider(["a", "b"])
        await FakeThread().run { worker in
            let leader = BilledClient(request(worker, streaming: true))
            leader.ask(chain(provider))
            await until { provider.calls.value == 1 }
            let refresh = request(worker, streaming: false)
            refresh.isRefresh = true
            let follower = BilledClient(refresh)
            follower.ask(chain(provider))
            await until { flights.passengerCount == 2 }
            provider.valve.open()
            await until { follower.record != nil && leader.record != nil }

            #expect(follower.record?.cache == .refresh)
            #expect(used == provider.tokensBilled)
        }
    }
}

private typealias Handle = @Sendable (Exchange) async throws(GatewayError) -> Response

extension RequestRecord {
    /// As metrics count them.
    fileprivate var tokens: Int {
        let usage = attempts.usage ?? (isAnsweredFromCache ? nil : usage)
        return usage.map { $0.input + $0.output } ?? 0
    }
}

/// A client that reads so many pieces of its answer and then waits until it may go on.
private final class BilledClient {
    let exchange: Exchange
    let piecesRead = Tally()
    let mayGoOn = Valve()
    private(set) var record: RequestRecord?

    init(_ exchange: Exchange) { self.exchange = exchange }

    func ask(_ handle: @escaping Handle, piecesRead: Int? = nil) {
        if piecesRead == nil { mayGoOn.open() }
        let client = OnOneWorker(value: self)
        exchange.worker.spawn { await client.value.run(handle, piecesRead ?? 0) }
    }

    /// As `RequestRun` does.
    private func run(_ handle: Handle, _ countBeforeWait: Int) async {
        do throws(GatewayError) {
            let response = try await handle(exchange)
            guard case .stream(let source) = response.body.content else {
                response.body.end(.finished)
                record = exchange.record
                return
            }
            do throws(GatewayError) {
                while try await source.next() != nil {
                    if piecesRead.add() == countBeforeWait { await mayGoOn.pass() }
                }
                response.body.end(.finished)
            } catch {
                await source.cancel()
                response.body.end(.cancelled)
            }
        } catch {
            // What it came to is in the record.
        }
        record = exchange.record
    }
}

/// A provider that says what it used, as the real calls do, and adds it up.
private final class BilledProvider: Sendable {
    private static let price = Price(PriceRates(input: 1000, output: 1000, cachedInput: 1000))
    let calls = Tally()
    /// Passed once before the head of an answer, and once before each piece of a stream and before its end.
    let valve = Valve(isOpen: false)
    private let pieces: [String]
    private let status: Int
    private let failsFirst: Bool
    private let failsAtLast: Bool
    private let billed = Mutex(Usage(input: 0, output: 0))

    init(_ pieces: [String], status: Int = 200, failsFirst: Bool = false, failsAtLast: Bool = false) {
        (self.pieces, self.status, self.failsFirst, self.failsAtLast) = (pieces, status, failsFirst, failsAtLast)
    }

    var tokensBilled: Int { billed.withLock { $0.input + $0.output } }
    var moneyBilled: Money { billed.withLock { Self.price.cost(of: $0) } }
    var next: Next { .runs(answer(to:)) }

    private func bill(_ input: Int, _ output: Int, _ exchange: Exchange) {
        let usage = Usage(input: input, output: output)
        exchange.record.attemptUsed(usage, at: Self.price)
        billed.withLock { $0 = $0 + usage }
    }

    private func answer(to exchange: Exchange) async throws(GatewayError) -> Response {
        calls.add()
        exchange.cancellation.onCancel { [valve] in valve.open() }
        if failsFirst {
            exchange.record.attemptBegan(Attempt(provider: "bad", model: "m"))
            bill(1000, 1, exchange)
            exchange.record.attemptEnded(.upstreamStatus)
            exchange.record.retries += 1
        }
        exchange.record.attemptBegan(Attempt(provider: "openai", model: "m", status: status))
        await valve.pass()
        if let error = exchange.cancellation.error { throw error }
        if failsAtLast {
            bill(3000, 500, exchange)
            exchange.record.attemptEnded(.upstreamStatus)
            throw .upstreamTimedOut(provider: "openai", phase: .total, afterMilliseconds: 1)
        }
        guard exchange.isStreaming else {
            bill(10, 5, exchange)
            return Response(
                status: status, headers: [HeaderField("content-type", "application/json")], body: ResponseBody(bytes: Array("own".utf8)))
        }
        let source = Source(pieces, self, exchange)
        return Response(status: status, headers: [HeaderField("content-type", "text/event-stream")], body: ResponseBody(.stream(source)))
    }

    private final class Source: BodySource {
        private var pieces: [String]
        private let provider: BilledProvider
        private let exchange: Exchange

        init(_ pieces: [String], _ provider: BilledProvider, _ exchange: Exchange) {
            (self.pieces, self.provider, self.exchange) = (pieces, provider, exchange)
        }

        func next() async throws(GatewayError) -> BodyChunk? {
            await provider.valve.pass()
            if let error = exchange.cancellation.error { throw error }
            guard !pieces.isEmpty else {
                provider.bill(10, 5, exchange)
                return nil
            }
            return BodyChunk(Array(pieces.removeFirst().utf8))
        }

        func cancel() async { provider.bill(10, 1, exchange) }
    }
}
