import GatewayCore
import MonotonicClock
import Synchronization
import Testing

@testable import GatewayFilters

@Suite("Both quota stores")
struct QuotaStorePropertyTests {
    /// Ten minutes before a day ends. A whole number of every bucket, so that both stores round alike.
    private static let start: Int64 = (20_750 * 86_400 - 600) * 1_000_000

    static let allowances: [QuotaAllowance] = [
        .requests(5, window: .seconds(60)), .requests(500, window: .seconds(64)), .tokens(100, window: .seconds(60)),
        .tokens(2000, window: .seconds(64)), QuotaAllowance(.tokens(.total), 2000, .fixed(.seconds(60))),
        QuotaAllowance(.requests, 9, .fixed(.seconds(7))), QuotaAllowance(.money, 3_000_000_000, .calendar(CalendarWindow(unit: .day))),
        QuotaAllowance(.requests, 40, .calendar(CalendarWindow(unit: .week))),
        QuotaAllowance(.requests, 7, .bucket(burst: 3, refill: .seconds(60))),
        QuotaAllowance(.tokens(.total), 1000, .bucket(burst: 1500, refill: .seconds(60))), .atOnce(3),
    ]

    /// A store, as one worker uses it.
    private struct Subject {
        let worker: QuotaWorker
        let store: any QuotaStore
        let lease: Int64?
        /// Returns once the store knows all it was told.
        let settled: () async -> Void
        let setTime: (Int64) -> Void
    }

    @Test(.timeLimit(.minutes(1)), arguments: 0..<30)
    func `decide and count as the simplest model does, whatever comes in whatever order: memory`(seed: Int) async {
        let origin = Instant.now
        await WorkerThread().run {
            let worker = QuotaWorker(nil, now: origin)
            // The epoch is 1970, so that times are rounded as in Redis.
            let store = MemoryQuotaStore(shardCount: 3, epoch: origin - .microseconds(Self.start))
            let subject = Subject(worker: worker, store: store, lease: nil, settled: {}) { time in
                worker.now = origin + .microseconds(time - Self.start)
                worker.secondsSince1970 = Int(time / 1_000_000)
            }
            await self.run(subject, seed: UInt64(seed), steps: 600)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: 0..<8)
    func `decide and count as the simplest model does, whatever comes in whatever order: Redis`(seed: Int) async throws {
        let server = try LocalRedis()
        let connection = try BlockingRedis(server)
        let clock = TestTime()
        let settings = RedisQuotaSettings(lease: .seconds(30)) { clock.text }
        let thread = WorkerThread()
        await thread.run {
            let origin = Instant.now
            let worker = QuotaWorker(connection, now: origin, thread: thread)
            let store = RedisQuotaStore(memory: MemoryQuotaStore(), prefix: "{test}:", settings: settings)
            let subject = Subject(
                worker: worker, store: store, lease: 30_000_000,
                settled: { await until { settings.backlog.load(ordering: .relaxed) == 0 } },
                setTime: { time in
                    clock.set(time)
                    worker.now = origin + .microseconds(time - Self.start)
                    worker.secondsSince1970 = Int(time / 1_000_000)
                })
            await self.run(subject, seed: UInt64(seed) + 1000, steps: 400)
        }
        #expect(settings.lost.load(ordering: .relaxed) == 0)
        #expect(try connection.keysWithoutEnd() == 0)
    }

    private struct Open {
        let number: Int
        let reservation: QuotaReservation
        let counters: [Int]
    }

    private func run(_ subject: Subject, seed: UInt64, steps: Int) async {
        var random = SeededRandom(seed: seed)
        var models = Self.allowances.map { QuotaModel($0, lease: subject.lease) }
        var open: [Open] = []
        var now = Self.start
        for step in 0..<steps {
            now += Int64.random(in: 0...2_000_000, using: &random) * (Int.random(in: 0..<30, using: &random) == 0 ? 40 : 1)
            subject.setTime(now)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<50:
                guard let new = await reserve(step, subject, &models, now, &random) else { return }
                if let new = new.first { open.append(new) }
            case 50..<95 where !open.isEmpty:
                let ended = open.remove(at: Int.random(in: 0..<open.count, using: &random))
                let actual = ended.counters.map { Self.actual(of: Self.allowances[$0], &random) }
                subject.store.settle(ended.reservation, actual: actual, on: subject.worker)
                await subject.settled()
                for (counter, actual) in zip(ended.counters, actual) { models[counter].settle(ended.number, actual: actual, now) }
            case 95... where subject.lease != nil && !open.isEmpty:
                open.remove(at: Int.random(in: 0..<open.count, using: &random))  // its gateway died
            default: break
            }
        }
    }

    /// - Returns: nil when store and model disagree.
    private func reserve(
        _ step: Int, _ subject: Subject, _ models: inout [QuotaModel], _ now: Int64, _ random: inout SeededRandom
    ) async -> [Open]? {
        let counters = Array(Self.allowances.indices.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
        let demands = counters.map { Self.demand($0, &random) }
        let admitted = zip(counters, demands).map { models[$0].admits($1, now) }
        guard let decision = try? await subject.store.reserve(demands, on: subject.worker) else {
            Issue.record("the store refused to work")
            return nil
        }
        switch decision {
        case .refused(let index, let wait, _):
            #expect(!admitted[index], "step \(step): refused although there is room: \(demands[index])")
            if let wait, !admitted[index] {
                let later = now + wait.wholeNanoseconds / 1000
                #expect(models[counters[index]].admits(demands[index], later + 1), "step \(step): no room after the wait for \(demands[index])")
            }
            return admitted[index] ? nil : []
        case .granted(let reservation, let snapshots):
            guard admitted.allSatisfy({ $0 }) else {
                Issue.record("step \(step): admitted without room: \(demands)")
                return nil
            }
            for (index, counter) in counters.enumerated() {
                models[counter].take(demands[index], granted: reservation.items[index].amount, id: step, now)
                let left = max(0, models[counter].left(now))
                guard snapshots[index].remaining == left else {
                    Issue.record("step \(step): \(snapshots[index].remaining) left instead of \(left) after \(demands[index])")
                    return nil
                }
            }
            return [Open(number: step, reservation: reservation, counters: counters)]
        }
    }

    private static func demand(_ counter: Int, _ random: inout SeededRandom) -> QuotaDemand {
        let allowance = allowances[counter]
        let key = QuotaKey(counter: "counter \(counter)", subject: .everyone)
        guard allowance.isMetered else { return QuotaDemand(key: key, allowance: allowance) }
        let amount = Int.random(in: 0...allowance.amount * 5 / 4, using: &random) / Int.random(in: 1...10, using: &random)
        let rooms: [QuotaDemand.Room] = [.whole, .whole, .part(least: amount / 3), .any]
        return QuotaDemand(
            key: key, allowance: allowance, amount: amount, room: rooms.randomElement(using: &random) ?? .whole,
            isShadow: Int.random(in: 0..<10, using: &random) == 0)
    }

    private static func actual(of allowance: QuotaAllowance, _ random: inout SeededRandom) -> Int {
        guard allowance.isMetered else {
            if case .bucket = allowance.window { return 1 }
            return Int.random(in: 0...1, using: &random)
        }
        return Int.random(in: 0...allowance.amount / 2, using: &random) / Int.random(in: 1...10, using: &random)
    }
}

/// Microseconds since 1970, as a test has set them.
final class TestTime: @unchecked Sendable {
    private(set) var text: [UInt8] = []

    func set(_ time: Int64) { text = Array("\(time)".utf8) }
}

extension BlockingRedis {
    /// Keys that would stay for ever.
    func keysWithoutEnd() throws -> Int {
        guard case .list(let keys) = try exchange("KEYS", "*") else { return -1 }
        return try keys.count { key in
            guard case .bytes(let name) = key, case .integer(let time) = try exchange([Array("PTTL".utf8), name]) else { return true }
            return time < 0
        }
    }
}
