import Dispatch
import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters

@Suite("The memory quota store")
struct MemoryQuotaStoreTests {
    private let start = Instant.now

    private func requests(_ limit: Int, of subject: QuotaSubject = .everyone, name: String = "r", window: Duration = .seconds(60)) -> QuotaDemand {
        QuotaDemand(key: QuotaKey(counter: name, subject: subject), allowance: .requests(limit, window: window))
    }

    private func atOnce(_ limit: Int, of subject: QuotaSubject = .everyone) -> QuotaDemand {
        QuotaDemand(key: QuotaKey(counter: "c", subject: subject), allowance: .atOnce(limit))
    }

    @Test func `admits exactly 50 of 200 requests that many threads make at the same moment`() {
        for round in 0..<20 {
            let store = MemoryQuotaStore(epoch: start)
            let admitted = Tally()

            DispatchQueue.concurrentPerform(iterations: 200) { index in
                // Each request needs two limits in shards of their own, and half of them ask in the other order.
                let demands = [requests(50, name: "round \(round)"), atOnce(1000, of: .caller("\(index % 7)"))]
                let decision = store.take(index.isMultiple(of: 2) ? demands : demands.reversed(), now: start)
                if decision.isGranted { admitted.add() }
            }

            #expect(admitted.value == 50)
        }
    }

    @Test func `never lets more run at once than allowed, and gives everything back, whichever threads ask`() {
        let store = MemoryQuotaStore(epoch: start)
        let running = Tally()
        let tooMany = Tally()
        let demands = [atOnce(3), atOnce(5, of: .team("t")), requests(1_000_000)]

        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<2000 {
                guard case .granted(let reservation, _) = store.take(demands, now: start) else { continue }
                if running.add() > 3 { tooMany.add() }
                running.add(-1)
                store.settle(reservation, actual: [0, 0, 0], now: start)
            }
        }

        #expect(tooMany.value == 0)
        #expect((0..<4).map { _ in store.take([atOnce(3)], now: start).isGranted } == [true, true, true, false])
        #expect(store.take([requests(1_000_000)], now: start).snapshots[0].remaining == 999_999)
    }

    @Test func `takes nothing from any limit when one of them refuses`() {
        let store = MemoryQuotaStore(epoch: start)
        #expect(store.take([requests(1, of: .route("full"))], now: start).isGranted)

        for _ in 0..<10 {
            let decision = store.take([requests(2, of: .caller("a")), requests(1, of: .route("full")), atOnce(2)], now: start)
            #expect(decision.refusedIndex == 1)
            #expect(decision.snapshots.map(\.remaining) == [2, 0, 2])
        }

        #expect(store.take([requests(2, of: .caller("a")), atOnce(2)], now: start).snapshots.map(\.remaining) == [1, 1])
    }

    @Test func `says which limit holds a request up longest, and for how long`() {
        let store = MemoryQuotaStore(epoch: start)
        let demands = [requests(1, name: "minute"), requests(1, name: "hour", window: .seconds(3600)), atOnce(1)]
        #expect(store.take(demands, now: start).isGranted)

        let decision = store.take(demands, now: start + .seconds(10))

        #expect(decision == .refused(index: 1, retryAfter: .seconds(3590), decision.snapshots))
        #expect(decision.snapshots.map(\.reset) == [.seconds(50), .seconds(3590), .zero])
    }

    @Test func `cannot say when a place among those at once gets free`() {
        let store = MemoryQuotaStore(epoch: start)
        #expect(store.take([atOnce(1)], now: start).isGranted)

        let decision = store.take([atOnce(1)], now: start)

        #expect(decision == .refused(index: 0, retryAfter: nil, [QuotaSnapshot(limit: 1, remaining: 0, reset: .zero)]))
    }

    @Test func `keeps counters apart by limit and by whom they count for`() {
        let store = MemoryQuotaStore(shardCount: 1, epoch: start)
        let subjects: [QuotaSubject] = [
            .everyone, .anonymous, .otherModels, .caller("x"), .team("x"), .route("x"), .model("x"), .caller("everyone"), .caller("anonymous"),
        ]

        for subject in subjects {
            #expect(store.take([requests(1, of: subject)], now: start).isGranted)
            #expect(store.take([requests(1, of: subject, name: "other")], now: start).isGranted)
            #expect(!store.take([requests(1, of: subject)], now: start).isGranted)
        }
    }

    @Test func `goes on with its counters when a reload changes the number`() {
        let store = MemoryQuotaStore(epoch: start)
        for _ in 0..<5 { _ = store.take([requests(10)], now: start) }

        #expect(store.take([requests(6)], now: start).snapshots == [QuotaSnapshot(limit: 6, remaining: 0, reset: .seconds(60))])
        #expect(!store.take([requests(3)], now: start).isGranted)
        #expect(store.take([requests(3)], now: start).snapshots[0].remaining == 0)
    }

    @Test func `forgets counters that nobody uses any more, in the course of its work`() {
        let store = MemoryQuotaStore(shardCount: 1, epoch: start)
        for index in 0..<10_000 { _ = store.take([requests(5, of: .caller("\(index)"))], now: start) }
        #expect(store.counterCount == 10_000)

        for index in 0..<10_000 { _ = store.take([requests(5, of: .caller("later \(index % 100)"))], now: start + .seconds(61)) }

        #expect(store.counterCount == 100)
    }

    @Test func `keeps a counter as long as something is taken from it`() {
        let store = MemoryQuotaStore(shardCount: 1, epoch: start)
        let held = [atOnce(1, of: .caller("streams for hours"))]
        guard case .granted(let reservation, _) = store.take(held, now: start) else { return #expect(Bool(false)) }

        for index in 0..<1000 { _ = store.take([requests(5, of: .caller("\(index)"))], now: start + .seconds(100 * index)) }

        #expect(!store.take(held, now: start + .seconds(100_000)).isGranted)
        store.settle(reservation, actual: [1], now: start + .seconds(100_000))
        #expect(store.take(held, now: start + .seconds(100_000)).isGranted)
    }

    @Test func `does not grow under requests that are all given back`() {
        let store = MemoryQuotaStore(shardCount: 1, epoch: start)
        for index in 0..<5000 {
            guard case .granted(let reservation, _) = store.take([requests(60, window: .seconds(86_400))], now: start + .milliseconds(index)) else {
                return #expect(Bool(false), "a request given back counted")
            }
            store.settle(reservation, actual: [0], now: start)
        }
        #expect(store.take([requests(60, window: .seconds(86_400))], now: start + .seconds(10)).snapshots[0].remaining == 59)
    }
}

extension QuotaDecision {
    var isGranted: Bool { if case .granted = self { true } else { false } }
    var refusedIndex: Int? { if case .refused(let index, _, _) = self { index } else { nil } }
    var snapshots: [QuotaSnapshot] {
        switch self {
        case .granted(_, let snapshots), .refused(_, _, let snapshots): snapshots
        }
    }
}
