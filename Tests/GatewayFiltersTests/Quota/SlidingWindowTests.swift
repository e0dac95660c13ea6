import Testing

@testable import GatewayFilters

@Suite("A sliding window")
struct SlidingWindowTests {
    /// What a window did with calls at random moments, and what a list of all of them says about it.
    private struct Run {
        let limit: Int
        let length: Int64
        private(set) var admitted: [Int64] = []
        private(set) var window = SlidingWindow()

        init(limit: Int, length: Int64) {
            self.limit = limit
            self.length = length
        }

        /// - Returns: nil when it was admitted, else how long it should wait.
        mutating func call(at now: Int64) -> Int64? {
            let wait = window.wait(for: 1, limit: limit, window: length, now: now)
            guard wait == 0 else { return wait }
            _ = window.take(1, limit: limit, window: length, now: now)
            admitted.append(now)
            return nil
        }

        func count(after start: Int64, to end: Int64) -> Int {
            admitted.lazy.filter { $0 > start && $0 <= end }.count
        }
    }

    @Test(arguments: [(1, 10), (3, 1000), (50, 60), (128, 1_000_000), (129, 1_000_000), (1000, 1_000_000), (700, 128), (500, 3)])
    func `never admits more than its limit in any stretch of its length`(limit: Int, length: Int) {
        var run = Run(limit: limit, length: Int64(length))
        var random = SeededRandom(seed: UInt64(limit * 31 + length))
        var now: Int64 = -500

        for _ in 0..<6000 {
            // Now a burst, now a pause, and sometimes a clock that lags a little behind another worker's.
            now += Int64.random(in: 0...3, using: &random) == 0 ? Int64.random(in: 0...Int64(length / 2 + 1), using: &random) : 0
            _ = run.call(at: now - Int64.random(in: 0...1, using: &random))
        }

        for (index, time) in run.admitted.enumerated() where index >= limit {
            #expect(time - run.admitted[index - limit] >= Int64(length) - 1)  // 1: the lag
        }
    }

    @Test(arguments: [1, 2, 50, 128])
    func `refuses only while it is full when the limit is at most 128`(limit: Int) {
        var run = Run(limit: limit, length: 100_000)
        var random = SeededRandom(seed: 7)
        var now: Int64 = 0

        for _ in 0..<3000 {
            now += Int64.random(in: 0...Int64(150_000 / limit), using: &random)
            if let wait = run.call(at: now) {
                #expect(run.count(after: now - 100_000, to: now) == limit)
                #expect(run.count(after: now + wait - 1 - 100_000, to: now) == limit, "and says exactly when there is room")
                #expect(run.count(after: now + wait - 100_000, to: now) < limit)
            }
        }
    }

    @Test func `remembers at most a 128th of the window too long when the limit is large`() {
        var run = Run(limit: 1000, length: 128_000)
        var random = SeededRandom(seed: 8)
        var now: Int64 = 0
        var refused = 0

        for _ in 0..<10_000 {
            now += Int64.random(in: 0...150, using: &random)
            if run.call(at: now) != nil {
                refused += 1
                #expect(run.count(after: now - 128_000 - 1000, to: now) >= 1000)
            }
        }
        #expect(refused > 0)
    }

    @Test(arguments: [5, 128, 1000, 100_000])
    func `admits its whole limit at once after a quiet window`(limit: Int) {
        var run = Run(limit: limit, length: 1_000_000)
        for start: Int64 in [12_345, 12_345 + 1_000_000 + 1_000_000 / 128] {
            let admitted = (0..<(limit + 10)).filter { _ in run.call(at: start) == nil }

            #expect(admitted.count == limit)
        }
    }

    @Test func `gives back what did not count, and only once it was taken`() {
        var window = SlidingWindow()
        let first = window.take(1, limit: 2, window: 100, now: 10)
        let second = window.take(1, limit: 2, window: 100, now: 20)
        #expect(window.wait(for: 1, limit: 2, window: 100, now: 30) == 80)

        window.giveBack(1, mark: first)
        window.giveBack(1, mark: first)

        #expect(window.taken == 1)
        #expect(window.wait(for: 1, limit: 2, window: 100, now: 30) == 0)
        #expect(window.wait(for: 2, limit: 2, window: 100, now: 30) == 90)
        window.giveBack(1, mark: second)
        #expect(window.reset(window: 100, now: 30) == 0)
    }

    @Test func `does not give back what is over`() {
        var window = SlidingWindow()
        let mark = window.take(1, limit: 2, window: 100, now: 10)
        _ = window.take(1, limit: 2, window: 100, now: 120)

        window.giveBack(1, mark: mark)

        #expect(window.taken == 1)
    }

    @Test func `waits for the whole window when more is asked for than it holds`() {
        var window = SlidingWindow()

        #expect(window.wait(for: 3, limit: 2, window: 100, now: 0) == 100)
        #expect(window.wait(for: .max, limit: 2, window: 100, now: 0) == 100)
    }

    @Test func `goes on counting when a reload changes the number or the length`() {
        var window = SlidingWindow()
        for _ in 0..<50 { _ = window.take(1, limit: 1000, window: 1000, now: 3) }

        #expect(window.wait(for: 1, limit: 10, window: 1000, now: 5) > 0)
        #expect(window.wait(for: 1, limit: 60, window: 1000, now: 5) == 0)
        _ = window.take(1, limit: 60, window: 1000, now: 5)
        #expect(window.taken == 51)
        #expect(window.wait(for: 1, limit: 60, window: 100, now: 200) == 0)
        #expect(window.taken == 0)
    }
}
