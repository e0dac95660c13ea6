import Dispatch
import MonotonicClock
import Synchronization
import Testing

@testable import EventLoop

/// A loop on a thread of its own for the length of a test.
final class RunningLoop: Sendable {
    let loop = EventLoop()
    private let ended = DispatchSemaphore(value: 0)

    init() {
        DispatchQueue(label: "test.loop").async { [loop, ended] in
            loop.run()
            ended.signal()
        }
    }

    /// Runs `body` as a task of the loop and returns what it returns.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            loop.execute { [loop] in
                loop.spawn { continuation.resume(returning: await body()) }
            }
        }
    }

    func stop() {
        loop.stop()
        ended.wait()
    }
}

@Suite("The event loop")
struct EventLoopTests {
    @Test func `keeps a task on its thread across awaits, also of helpers and of continuations resumed elsewhere`() async {
        let running = RunningLoop()
        defer { running.stop() }
        let loop = running.loop

        let places = await running.run {
            var places = [loop.isCurrent]
            await Task.yield()
            places.append(loop.isCurrent)
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume() }
            }
            places.append(loop.isCurrent)
            places.append(await helper(loop))
            return places
        }

        #expect(places == [true, true, true, true])
    }

    @Test func `calls a signal's handler once for all signals since the last call, outside of whoever signals, until it is removed`() async {
        let running = RunningLoop()
        defer { running.stop() }
        let loop = running.loop

        let counts = await running.run {
            let signal = LoopSignal()
            var calls = 0
            var counts: [Int] = []
            signal.signal()
            signal.onSignal(on: loop) {
                calls += 1
                if calls == 1 { signal.signal() }
            }
            counts.append(calls)
            signal.signal()
            signal.signal()
            counts.append(calls)
            while calls < 2 { await Task.yield() }
            await Task.yield()
            counts.append(calls)
            signal.signal()
            signal.removeHandler()
            await Task.yield()
            await Task.yield()
            counts.append(calls)
            await signal.wait()  // returns: the signal is for who waits next
            return counts
        }

        #expect(counts == [0, 0, 2, 2])
    }

    @Test func `has many operations at once each in a task of its own, and later ones in those tasks`() async {
        let running = RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let log = Mutex<[String]>([])

        for round in 1...2 {
            await withCheckedContinuation { done in
                loop.execute {
                    nonisolated(unsafe) let signals = (0..<3).map { _ in LoopSignal() }  // all on the loop
                    for number in 0..<3 {
                        loop.spawn {
                            log.withLock { $0.append("begin \(round).\(number)") }
                            await unsafe signals[number].wait()
                            log.withLock { $0.append("end \(round).\(number)") }
                            if number == 0 { done.resume() }
                        }
                    }
                    loop.spawn { for signal in unsafe signals.reversed() { signal.signal() } }
                }
            }
        }

        let expected = (1...2).flatMap { round in
            (0..<3).map { "begin \(round).\($0)" } + (0..<3).reversed().map { "end \(round).\($0)" }
        }
        #expect(log.withLock { $0 } == expected)
    }

    @Test func `keeps nothing of an operation that has ended`() async {
        final class Witness: Sendable {}
        let running = RunningLoop()
        defer { running.stop() }
        var witness: Witness? = Witness()
        weak let trace = witness

        await running.run { [witness] in withExtendedLifetime(witness) {} }
        witness = nil
        await running.run {}  // the task of before is idle again, or busy with this

        #expect(trace == nil)
    }

    @Test func `tells once, when the jobs of a turn have run, who sends, and those who are added meanwhile, and then the others`() async {
        let running = RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let log = Log()

        await running.run {
            loop.afterSends(tell: Told("counts", log))
            loop.atEndOfTurn(tell: Told("sends", log) { loop.atEndOfTurn(tell: Told("sends on", log)) })
            loop.spawn { log.add("works") }
        }
        await running.run { log.add("next turn") }

        #expect(log.entries == ["works", "sends", "sends on", "counts", "next turn"])
    }

    @Test func `keeps the room for those who are told at the end of a turn`() {
        let told = Told("", Log())
        var ends = TurnEnd()
        var capacities: [Int] = []

        for _ in 0..<6 {
            for _ in 0..<20 {
                ends.append(sender: told)
                ends.append(other: told)
            }
            // The last two find nobody, as at the end of each turn.
            for isForSenders in [true, false, true, false] {
                guard var taken = isForSenders ? ends.takeSenders() : ends.takeOthers() else { continue }
                taken.removeAll(keepingCapacity: true)
                ends.giveBack(taken)
            }
            capacities.append(ends.capacity)
        }

        #expect(capacities[5] >= 3 * 20 && capacities[5] == capacities[3], "room is lost and made again in each turn: \(capacities)")
    }

    private final class Log: Sendable {
        private let list = Mutex<[String]>([])

        var entries: [String] { list.withLock { $0 } }

        func add(_ entry: String) { list.withLock { $0.append(entry) } }
    }

    private final class Told: TurnEndHandler {
        private let name: String
        private let log: Log
        private let then: () -> Void

        init(_ name: String, _ log: Log, then: @escaping () -> Void = {}) {
            self.name = name
            self.log = log
            self.then = then
        }

        func turnEnds() {
            log.add(name)
            then()
        }
    }

    @Test func `fires timers in the order of their deadlines, and none that was called off`() async {
        let running = RunningLoop()
        defer { running.stop() }
        let loop = running.loop

        let order = Mutex<[Int]>([])
        await withCheckedContinuation { continuation in
            loop.execute {
                let base = Instant.now
                let timers = [30, 10, 20, 15].map { delay in LoopTimer(on: loop) { order.withLock { $0.append(delay) } } }
                for (timer, delay) in zip(timers, [30, 10, 20, 15]) { timer.schedule(at: base.advanced(by: .milliseconds(delay))) }
                timers[3].cancel()
                LoopTimer(on: loop) { continuation.resume() }.schedule(at: base.advanced(by: .milliseconds(31)))
            }
        }

        #expect(order.withLock { $0 } == [10, 20, 30])
    }

    @Test func `a heap of timers gives back each one once, earliest first, whatever was removed between`() {
        let loop = EventLoop()
        var random = SystemRandomNumberGenerator()
        let base = Instant.now
        let timers = (0..<500).map { _ in LoopTimer(on: loop) {} }
        for timer in timers { timer.schedule(at: base.advanced(by: .milliseconds(Int.random(in: 0...1000, using: &random)))) }
        for index in stride(from: 0, to: 500, by: 3) { timers[index].cancel() }
        for index in stride(from: 0, to: 500, by: 7) { timers[index].schedule(at: base.advanced(by: .milliseconds(index))) }
        let expected = timers.filter(\.isScheduled).count

        var last = base.advanced(by: .seconds(-1))
        var popped = 0
        while let earliest = loop.timers.earliest {
            #expect(earliest >= last)
            last = earliest
            _ = loop.timers.popDue(base.advanced(by: .seconds(10)))
            popped += 1
        }

        #expect(popped == expected)
        #expect(timers.allSatisfy { !$0.isScheduled })
    }
}

private func helper(_ loop: EventLoop) async -> Bool {
    await Task.yield()
    return loop.isCurrent
}

@Suite("What a descriptor is ready for")
struct ReadinessTests {
    @Test func `contains what all of its bits are in`() {
        let both: Readiness = [.read, .hangUp]

        #expect(both.contains(.read) && both.contains(.hangUp) && both.contains([.read, .hangUp]) && both.contains([]))
        #expect(!both.contains(.write) && !both.contains([.read, .write]))
    }
}
