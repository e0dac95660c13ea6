import Synchronization

/// Holds tasks up until a test lets them pass, on whatever workers they are.
final class Valve: Sendable {
    private struct State {
        var permits = 0
        var isOpen = false
        var waiting: [(id: Int, task: CheckedContinuation<Void, Never>)] = []
        var nextID = 0
    }

    private let state = Mutex(State())

    /// How many are held up now.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    init(isOpen: Bool = false) {
        state.withLock { $0.isOpen = isOpen }
    }

    /// Waits for one permit and uses it up.
    func pass() async {
        await withCheckedContinuation { task in
            let mayPass = state.withLock { state in
                if state.isOpen { return true }
                if state.permits > 0 {
                    state.permits -= 1
                    return true
                }
                state.nextID += 1
                state.waiting.append((state.nextID, task))
                return false
            }
            if mayPass { task.resume() }
        }
    }

    func allow(_ count: Int) {
        let passing = state.withLock { state in
            let passing = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(passing.count)
            state.permits += count - passing.count
            return passing
        }
        for waiter in passing { waiter.task.resume() }
    }

    /// Holds nobody up any more.
    func open() {
        let passing = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in passing { waiter.task.resume() }
    }
}

/// Lets other tasks run until `condition` holds. A test that waits in vain is ended by its time limit, which cancels its task.
func until(_ condition: () -> Bool) async {
    var turns = 0
    while !condition(), !Task.isCancelled {
        // After a few turns it waits for something slow: yielding on would keep a processor from it.
        if turns < 20 { await Task.yield() } else { try? await Task.sleep(for: .milliseconds(1)) }
        turns += 1
    }
}
