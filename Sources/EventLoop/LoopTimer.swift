package import MonotonicClock

/// Runs a handler on its loop at a moment that can be moved or called off. Belongs to the loop's thread.
package final class LoopTimer {
    private let loop: EventLoop
    fileprivate let handler: () -> Void
    package fileprivate(set) var deadline: Instant
    fileprivate var heapIndex = -1

    package init(on loop: EventLoop, _ handler: @escaping () -> Void) {
        self.loop = loop
        self.handler = handler
        deadline = Instant.now
    }

    package var isScheduled: Bool { heapIndex >= 0 }

    /// Fires at `deadline`, in place of what was scheduled before.
    package func schedule(at deadline: Instant) {
        loop.assertOwned()
        cancel()
        self.deadline = deadline
        loop.timers.insert(self)
    }

    package func schedule(after delay: Duration) {
        schedule(at: Instant.now.advanced(by: delay))
    }

    package func cancel() {
        guard heapIndex >= 0 else { return }
        loop.assertOwned()
        loop.timers.remove(self)
    }
}

/// The scheduled timers of one loop: a binary heap, earliest first. A timer knows its place, so calling one off costs no search.
struct TimerHeap {
    private var heap: [LoopTimer] = []

    var earliest: Instant? { heap.first?.deadline }
    var count: Int { heap.count }

    mutating func insert(_ timer: LoopTimer) {
        timer.heapIndex = heap.count
        heap.append(timer)
        siftUp(from: heap.count - 1)
    }

    mutating func remove(_ timer: LoopTimer) {
        let index = timer.heapIndex
        let last = heap.removeLast()
        timer.heapIndex = -1
        guard index < heap.count else { return }
        place(last, at: index)
        siftUp(from: index)
        siftDown(from: last.heapIndex)
    }

    /// Takes out the earliest timer if it is due.
    mutating func popDue(_ now: Instant) -> (() -> Void)? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        remove(first)
        return first.handler
    }

    mutating func removeAll() -> [LoopTimer] {
        defer { heap = [] }
        for timer in heap { timer.heapIndex = -1 }
        return heap
    }

    private mutating func place(_ timer: LoopTimer, at index: Int) {
        heap[index] = timer
        timer.heapIndex = index
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        let timer = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard timer.deadline < heap[parent].deadline else { break }
            place(heap[parent], at: index)
            index = parent
        }
        place(timer, at: index)
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        let timer = heap[index]
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].deadline < heap[child].deadline { child += 1 }
            guard heap[child].deadline < timer.deadline else { break }
            place(heap[child], at: index)
            index = child
        }
        place(timer, at: index)
    }
}
