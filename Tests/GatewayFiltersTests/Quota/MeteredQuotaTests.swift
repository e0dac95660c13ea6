import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters

@Suite("A counter of tokens")
struct MeteredQuotaTests {
    private let start = Instant.now
    private let store = MemoryQuotaStore(epoch: .now)

    private func demand(
        _ amount: Int, of limit: Int = 1000, _ room: QuotaDemand.Room = .whole, window: QuotaAllowance.Window = .sliding(.seconds(60)),
        isShadow: Bool = false
    ) -> QuotaDemand {
        QuotaDemand(
            key: QuotaKey(counter: "tokens", subject: .everyone), allowance: QuotaAllowance(.tokens(.total), limit, window), amount: amount,
            room: room, isShadow: isShadow)
    }

    private func take(_ demand: QuotaDemand, after time: Duration = .zero, unix: Int = 0) -> QuotaDecision {
        store.take([demand], now: start + time, unix: unix)
    }

    private func settle(_ decision: QuotaDecision, _ actual: Int, after time: Duration = .zero, unix: Int = 0) {
        guard case .granted(let reservation, _) = decision else { return }
        store.settle(reservation, actual: [actual], now: start + time, unix: unix)
    }

    @Test func `holds what a call may come to, and counts what it came to`() {
        let first = take(demand(600))
        #expect(first.snapshots[0].remaining == 400)
        #expect(!take(demand(401)).isGranted)

        settle(first, 150)

        #expect(take(demand(850)).isGranted)
    }

    @Test func `counts more than was held when a call came to more`() {
        settle(take(demand(100)), 900)

        #expect(!take(demand(101)).isGranted)
        #expect(take(demand(100)).isGranted)
    }

    @Test func `takes any call when it is idle, and only then`() {
        let first = take(demand(5000))
        #expect(first.isGranted)
        #expect(!take(demand(1)).isGranted)

        settle(first, 5000)

        #expect(!take(demand(1), after: .seconds(59)).isGranted)
        #expect(take(demand(5000), after: .seconds(61)).isGranted)
    }

    @Test func `says that a call beyond the limit has to wait until all is over`() {
        settle(take(demand(10, of: 100)), 10)

        let refused = take(demand(5000, of: 100))

        #expect(refused == .refused(index: 0, retryAfter: .seconds(60), refused.snapshots))
    }

    @Test func `cannot say when there is room while open calls hold it`() {
        _ = take(demand(900))

        guard case .refused(_, let wait, _) = take(demand(500)) else { return #expect(Bool(false)) }
        #expect(wait == nil)
    }

    @Test func `keeps what a long call holds for as long as it is open`() {
        let first = take(demand(900))
        #expect(!take(demand(200), after: .seconds(3600)).isGranted)

        settle(first, 900, after: .seconds(3600))

        #expect(!take(demand(200), after: .seconds(3601)).isGranted)
        #expect(take(demand(200), after: .seconds(3661)).isGranted)
    }

    @Test func `grants a part where a part will do`() {
        settle(take(demand(700)), 700)

        guard case .granted(let reservation, _) = take(demand(600, .part(least: 200))) else { return #expect(Bool(false)) }
        #expect(reservation.items[0].amount == 300)
        #expect(!take(demand(600, .part(least: 200))).isGranted)
    }

    @Test func `grants an idle counter's whole limit where a part will do`() {
        guard case .granted(let reservation, _) = take(demand(5000, .part(least: 200))) else { return #expect(Bool(false)) }

        #expect(reservation.items[0].amount == 1000)
    }

    @Test func `lets the call that crosses the limit pass where it may, and none after it`() {
        settle(take(demand(999)), 999)
        #expect(take(demand(500, .any)).isGranted)
        #expect(!take(demand(1, .any)).isGranted)
    }

    @Test func `that only watches takes everything and says what it would have refused`() {
        settle(take(demand(999, isShadow: true)), 999)

        #expect(take(demand(1, isShadow: true)).snapshots[0].isExceeded == false)
        #expect(take(demand(500, isShadow: true)).snapshots[0].isExceeded)
    }

    @Test func `that only watches refuses nothing, but other limits do`() {
        let other = QuotaDemand(key: QuotaKey(counter: "other", subject: .everyone), allowance: .requests(1, window: .seconds(60)))

        #expect(store.take([demand(9999, isShadow: true), other], now: start).isGranted)
        #expect(store.take([demand(9999, isShadow: true), other], now: start).refusedIndex == 1)
        #expect(take(demand(0)).snapshots[0].remaining == 0)
    }

    @Test func `takes a call that needs none of it, also when it is full`() {
        settle(take(demand(1000)), 2000)

        #expect(take(demand(0)).isGranted)
    }

    @Test func `of a fixed window begins anew at its boundary`() {
        let window = QuotaAllowance.Window.fixed(.seconds(60))
        settle(take(demand(900, window: window), unix: 6000), 900, unix: 6000)

        #expect(!take(demand(200, window: window), unix: 6059).isGranted)
        #expect(take(demand(200, window: window), unix: 6060).isGranted)
    }

    @Test func `of a calendar day says how long the day still is`() {
        let window = QuotaAllowance.Window.calendar(CalendarWindow(unit: .day))
        let noon = 20_000 * 86_400 + 43_200
        settle(take(demand(900, window: window), unix: noon), 900, unix: noon)

        let refused = take(demand(200, window: window), unix: noon + 3600)

        #expect(refused == .refused(index: 0, retryAfter: .seconds(11 * 3600), refused.snapshots))
        #expect(take(demand(200, window: window), unix: noon + 43_200).isGranted)
    }

    @Test func `counts a call in the period in which it ends`() {
        let window = QuotaAllowance.Window.calendar(CalendarWindow(unit: .day))
        let midnight = 20_000 * 86_400
        let call = take(demand(900, window: window), unix: midnight - 1)

        settle(call, 700, unix: midnight + 1)

        #expect(take(demand(0, window: window), unix: midnight + 2).snapshots[0].remaining == 300)
    }

    @Test func `does not go back when the time of day does`() {
        let window = QuotaAllowance.Window.fixed(.seconds(60))
        settle(take(demand(900, window: window), unix: 6060), 900, unix: 6060)

        #expect(!take(demand(200, window: window), unix: 6000).isGranted)
    }

    @Test func `with a burst takes the burst at once and then as much as runs off`() {
        let window = QuotaAllowance.Window.bucket(burst: 20, refill: .seconds(60))
        let allowance = QuotaAllowance(.requests, 60, window)
        let request = QuotaDemand(key: QuotaKey(counter: "bucket", subject: .everyone), allowance: allowance)

        let atOnce = (0..<30).count { _ in store.take([request], now: start).isGranted }
        let refused = store.take([request], now: start)
        let inTheNextMinute = (1...600).count { store.take([request], now: start + .milliseconds(100 * $0)).isGranted }

        #expect(atOnce == 20)
        #expect(refused == .refused(index: 0, retryAfter: .seconds(1), refused.snapshots))
        #expect(inTheNextMinute == 60)
    }

    @Test func `with a burst that was filled far beyond its brim tells of ten years`() {
        let demand = demand(1, of: 1, window: .bucket(burst: 1, refill: .seconds(30 * 86_400)))
        settle(take(demand), 1_000_000_000)

        let refused = take(demand)

        #expect(refused == .refused(index: 0, retryAfter: .seconds(3650 * 86_400), refused.snapshots))
        #expect(refused.snapshots[0].reset == .seconds(3650 * 86_400) && refused.snapshots[0].remaining == 0)
    }

    @Test func `that only watches requests does not grow with them`() {
        let request = QuotaDemand(
            key: QuotaKey(counter: "watched", subject: .everyone), allowance: .requests(5, window: .seconds(86_400)), isShadow: true)
        var window = SlidingWindow()

        for index in 0..<100_000 {
            _ = store.take([request], now: start + .milliseconds(index))
            _ = window.take(1, limit: 5, window: 86_400_000, now: Int64(index))
        }

        #expect(window.entryCount <= 129)
    }
}
