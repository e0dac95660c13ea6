import GatewayCore
import Synchronization
import Testing

@testable import GatewayFilters

@Suite("The Redis quota store", .timeLimit(.minutes(1)))
struct RedisQuotaStoreTests {
    private let server: LocalRedis
    private let settings = RedisQuotaSettings(lease: .seconds(30))

    init() throws { server = try LocalRedis() }

    private func store(_ memory: MemoryQuotaStore = MemoryQuotaStore()) -> RedisQuotaStore {
        RedisQuotaStore(memory: memory, prefix: "quota:", settings: settings)
    }

    private func tokens(_ amount: Int, of limit: Int = 1000, room: QuotaDemand.Room = .whole, pods: Int = 2) -> QuotaDemand {
        QuotaDemand(
            key: QuotaKey(counter: "tokens", subject: .team("shop")), allowance: .tokens(limit, window: .seconds(86_400)), amount: amount, room: room,
            withoutStore: .share(pods: pods))
    }

    private func request(of limit: Int = 50, withoutStore: QuotaLimit.WithoutStore = .share(pods: 2)) -> QuotaDemand {
        QuotaDemand(
            key: QuotaKey(counter: "requests", subject: .everyone), allowance: .requests(limit, window: .seconds(60)), withoutStore: withoutStore)
    }

    private func place(_ count: Int) -> QuotaDemand {
        QuotaDemand(key: QuotaKey(counter: "places", subject: .everyone), allowance: .atOnce(count))
    }

    /// Runs `body` on a worker with a connection of its own.
    private func onWorker<Result: Sendable>(
        _ body: @Sendable (QuotaWorker, BlockingRedis) async throws -> Result
    ) async throws -> Result {
        let connection = try BlockingRedis(server)
        let thread = WorkerThread()
        return try await thread.run { try await body(QuotaWorker(connection, thread: thread), connection) }
    }

    /// What is left of a demand's counter, once Redis knows everything.
    private func left(_ demand: QuotaDemand, _ store: RedisQuotaStore, _ worker: QuotaWorker) async throws -> Int {
        await until { settings.backlog.load(ordering: .relaxed) == 0 }
        let look = QuotaDemand(key: demand.key, allowance: demand.allowance, amount: 0)
        guard case .granted(let reservation, let snapshots) = try await store.reserve([look], on: worker) else { return -1 }
        guard demand.allowance.isHeld else { return snapshots[0].remaining }
        store.settle(reservation, actual: [0], on: worker)
        await until { settings.backlog.load(ordering: .relaxed) == 0 }
        return snapshots[0].remaining
    }

    @Test func `admits exactly 50 of 200 requests that eight workers of two gateways make at once`() async throws {
        let stores = [store(), store()]
        let admitted = Tally()

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await onWorker { (worker, _) async throws in
                        for _ in 0..<25 {
                            let decision = try await stores[number % 2].reserve([request(), place(1000), tokens(1, of: 1_000_000)], on: worker)
                            if decision.isGranted { admitted.add() }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }

        #expect(admitted.value == 50)
    }

    @Test func `takes nothing from any limit when one of them refuses`() async throws {
        let store = store()
        try await onWorker { (worker, _) async throws in
            #expect(try await store.reserve([place(1)], on: worker).isGranted)

            let decision = try await store.reserve([tokens(100), place(1), request()], on: worker)

            #expect(decision.refusedIndex == 1)
            #expect(try await left(tokens(0), store, worker) == 1000)
            #expect(try await left(request(), store, worker) == 50)
        }
    }

    @Test func `tells of ten years where a burst was filled far beyond its brim`() async throws {
        let store = store()
        let allowance = QuotaAllowance(.tokens(.total), 1, .bucket(burst: 1, refill: .seconds(30 * 86_400)))
        let demand = QuotaDemand(key: QuotaKey(counter: "burst", subject: .everyone), allowance: allowance, amount: 1)
        try await onWorker { (worker, _) async throws in
            guard case .granted(let reservation, _) = try await store.reserve([demand], on: worker) else { return }
            store.settle(reservation, actual: [1_000_000_000], on: worker)
            await until { settings.backlog.load(ordering: .relaxed) == 0 }

            let refused = try await store.reserve([demand], on: worker)

            #expect(refused == .refused(index: 0, retryAfter: .seconds(3650 * 86_400), refused.snapshots))
            #expect(refused.snapshots[0].reset == .seconds(3650 * 86_400) && settings.lost.load(ordering: .relaxed) == 0)
        }
    }

    @Test func `undoes a reservation whose reply came too late`() async throws {
        let store = store()
        try await onWorker { (worker, connection) async throws in
            connection.failure = .timedOut
            #expect(try await store.reserve([request(), tokens(300), place(5)], on: worker).isGranted, "this gateway has its share")
            #expect(try await store.reserve([tokens(200, room: .part(least: 100))], on: worker).isGranted)
            connection.failure = nil

            // The next thing that is said carries the rest along.
            guard case .granted(let next, _) = try await store.reserve([place(9)], on: worker) else { return }
            store.settle(next, actual: [0], on: worker)

            #expect(try await left(tokens(0), store, worker) == 1000)
            #expect(try await left(place(9), store, worker) == 9)
        }
    }

    @Test(arguments: [RedisFailure.timedOut, .unavailable, .connectionLost])
    func `counts in Redis afterwards what was used without it`(failure: RedisFailure) async throws {
        let store = store()
        try await onWorker { (worker, connection) async throws in
            connection.failure = failure
            for _ in 0..<3 {
                guard case .granted(let reservation, _) = try await store.reserve([request(), tokens(200), place(5)], on: worker) else {
                    Issue.record("it was refused")
                    return
                }
                store.settle(reservation, actual: [1, 111, 0], on: worker)
            }
            connection.failure = nil
            // A request that fails before any provider was asked is given back, and carries the rest along.
            guard case .granted(let last, _) = try await store.reserve([request()], on: worker) else { return }
            store.settle(last, actual: [0], on: worker)

            #expect(try await left(tokens(0), store, worker) == 1000 - 333)
            #expect(try await left(request(), store, worker) == 50 - 3)
            #expect(settings.lost.load(ordering: .relaxed) == 0)
        }
    }

    @Test func `carries out a batch once, however often it is sent`() async throws {
        let store = store()
        try await onWorker { (worker, connection) async throws in
            guard case .granted(let first, _) = try await store.reserve([tokens(300)], on: worker) else { return }
            connection.failure = .timedOut
            store.settle(first, actual: [111], on: worker)
            for _ in 0..<5 {
                // Each tells Redis anew, and hears nothing.
                guard case .granted(let other, _) = try await store.reserve([tokens(10)], on: worker) else { return }
                store.settle(other, actual: [10], on: worker)
                await Task.yield()
            }
            connection.failure = nil
            guard case .granted(let last, _) = try await store.reserve([tokens(10)], on: worker) else { return }
            store.settle(last, actual: [10], on: worker)

            #expect(try await left(tokens(0), store, worker) == 1000 - 111 - 50 - 10)
        }
    }

    @Test func `holds each gateway to its share, of which what it used before is a part`() async throws {
        let store = store()
        try await onWorker { (worker, connection) async throws in
            guard case .granted(let before, _) = try await store.reserve([tokens(400)], on: worker) else { return }
            store.settle(before, actual: [400], on: worker)
            connection.failure = .unavailable

            #expect(try await !store.reserve([tokens(101)], on: worker).isGranted)
            #expect(try await store.reserve([tokens(100)], on: worker).isGranted)
        }
    }

    @Test func `refuses or lets through without Redis where a limit says so`() async throws {
        let store = store()
        try await onWorker { (worker, connection) async throws in
            connection.failure = .unavailable

            await #expect(throws: GatewayError.limitsUnknown) { _ = try await store.reserve([request(withoutStore: .reject)], on: worker) }
            for _ in 0..<60 { #expect(try await store.reserve([request(of: 3, withoutStore: .allow)], on: worker).isGranted) }
        }
    }

    @Test func `frees what a dead gateway held when its lease ends, and no sooner`() async throws {
        let clock = TestTime()
        clock.set(1_790_000_000_000_000)
        let timed = RedisQuotaSettings(lease: .seconds(30)) { clock.text }
        let (dead, alive) = (
            RedisQuotaStore(memory: MemoryQuotaStore(), prefix: "quota:", settings: timed),
            RedisQuotaStore(memory: MemoryQuotaStore(), prefix: "quota:", settings: timed)
        )
        try await onWorker { (worker, _) async throws in
            #expect(try await dead.reserve([place(1), tokens(900)], on: worker).isGranted)

            clock.set(1_790_000_029_999_999)
            #expect(try await !alive.reserve([place(1)], on: worker).isGranted)
            #expect(try await !alive.reserve([tokens(200)], on: worker).isGranted)
            clock.set(1_790_000_030_000_000)
            #expect(try await alive.reserve([place(1)], on: worker).isGranted)
            #expect(try await alive.reserve([tokens(1000)], on: worker).isGranted)
        }
    }

    @Test func `counts what a call came to although its lease had ended`() async throws {
        let clock = TestTime()
        clock.set(1_790_000_000_000_000)
        let timed = RedisQuotaSettings(lease: .seconds(30)) { clock.text }
        let store = RedisQuotaStore(memory: MemoryQuotaStore(), prefix: "quota:", settings: timed)
        try await onWorker { (worker, _) async throws in
            guard case .granted(let paused, _) = try await store.reserve([tokens(900)], on: worker) else { return }
            clock.set(1_790_000_100_000_000)
            #expect(try await store.reserve([tokens(0)], on: worker).snapshots[0].remaining == 1000)

            store.settle(paused, actual: [250], on: worker)

            await until { timed.backlog.load(ordering: .relaxed) == 0 }
            #expect(try await store.reserve([tokens(0)], on: worker).snapshots[0].remaining == 750)
        }
    }

    @Test func `keeps names apart, and long ones short`() async throws {
        let text = RedisQuotaText(prefix: "quota:")
        let long = String(repeating: "x", count: 10_000)
        let subjects: [QuotaSubject] = [
            .everyone, .anonymous, .caller("x"), .team("x"), .route("x"), .model("x"), .otherModels, .claim("x"), .withoutClaim, .claim(long),
            .claim(long + "y"), .caller("everyone"),
        ]

        let keys = subjects.map { text.keys(QuotaKey(counter: "c", subject: $0)).state }

        #expect(Set(keys).count == subjects.count)
        #expect(keys.allSatisfy { $0.count < 300 && $0.starts(with: Array("quota:".utf8)) })
    }
}
