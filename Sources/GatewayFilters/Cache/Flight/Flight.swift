import GatewayCore
import Synchronization

/// One call of a provider, shared by all requests that ask the same while it lasts, on whatever workers they are.
///
/// A pump (`FlightPump`), on the worker of the request that set out, feeds it; each request on board has a seat (`FlightSeat`) and reads at
/// its own pace. Everything here may be called from any worker; waiting tasks go on on their own.
final class Flight: Sendable {
    let key: CacheKey
    /// What the request that set out asked for.
    let isStreaming: Bool
    private let state: Mutex<FlightState>
    private let budget: FlightBudget

    init(key: CacheKey, isStreaming: Bool, limits: FlightLimits, budget: FlightBudget) {
        self.key = key
        self.isStreaming = isStreaming
        self.budget = budget
        state = Mutex(FlightState(limits: limits))
    }

    deinit {
        budget.add(-state.withLock(\.bytesKept))
    }

    var isAbandoned: Bool { state.withLock(\.isAbandoned) }
    var seatCount: Int { state.withLock(\.seatCount) }

    /// - Returns: a seat's number; nil when it is too late.
    func board(needsAll: Bool) -> Int? {
        change { $0.board(needsAll: needsAll) }
    }

    /// What is new for a seat; waits until something is.
    func news(for seat: Int) async -> FlightNews {
        while true {
            let news = change { $0.look(from: seat) }
            guard case .nothingYet(let version) = news else { return news }
            await withCheckedContinuation { waiter in
                if !state.withLock({ $0.wait(in: seat, waiter, since: version) }) { waiter.resume() }
            }
        }
    }

    /// - Returns: whether this seat has to account for what the flight comes to (`bill`): nobody is left who will.
    @discardableResult
    func leave(_ seat: Int) -> Bool {
        change { $0.leave(seat) }
    }

    /// What the flight came to for a seat that left it last; waits until it has ended, which it is about to if it has not.
    func bill(for seat: Int) async -> FlightBill {
        await withCheckedContinuation { waiter in
            if !state.withLock({ $0.waitForBill(waiter) }) { waiter.resume() }
        }
        return state.withLock { $0.bill(for: seat) }
    }

    func receive(_ head: FlightHead) {
        change { ((), wake: $0.receive(head)) }
    }

    /// Adds a part of the answer. Before the next one, wait for room.
    ///
    /// - Returns: true when a follower reads so slowly that it holds the provider up: somebody has to call `endPatience` one day.
    func receive(_ chunk: BodyChunk) -> Bool {
        let mayKeep = budget.hasRoom
        return change { state in
            let wake = state.receive(chunk, mayKeep: mayKeep)
            return (state.isHeldByFollower, wake)
        }
    }

    /// Returns when more may come.
    func waitForRoom() async {
        await withCheckedContinuation { waiter in
            if !state.withLock({ $0.waitForRoom(waiter) }) { waiter.resume() }
        }
    }

    /// From now on, followers who read too slowly lose the answer instead of holding the provider up.
    func endPatience() {
        change { ((), wake: $0.endPatience()) }
    }

    var everything: [BodyChunk]? { state.withLock(\.everything) }

    /// Only the first call counts.
    func end(_ ending: FlightEnding) {
        change { ((), wake: $0.end(ending)) }
    }

    /// Returns when nobody is on board any more, or the flight has ended.
    func waitUntilOver() async {
        await withCheckedContinuation { waiter in
            if !state.withLock({ $0.watch(waiter) }) { waiter.resume() }
        }
    }

    /// Accounts for what is kept, and wakes whoever waits, once the lock is let go.
    private func change<Result: Sendable>(_ body: (inout FlightState) -> (Result, wake: [FlightState.Waiter])) -> Result {
        let (result, wake, bytes) = state.withLock { state in
            let before = state.bytesKept
            let (result, wake) = body(&state)
            return (result, wake, state.bytesKept - before)
        }
        if bytes != 0 { budget.add(bytes) }
        for waiter in wake { waiter.resume() }
        return result
    }
}
