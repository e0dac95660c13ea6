import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters

@Suite("The state of a target")
struct TargetStateTests {
    private let now = Instant.now
    private let ejection = EjectionPolicy(failures: 3, duration: .seconds(30))

    private func fail(_ state: TargetState, times: Int, at moment: Instant) {
        for _ in 0..<times { state.begin(now: moment, ejection: ejection).end(.failed, now: moment) }
    }

    @Test func `leaves it out after enough failures in a row, for a while`() {
        let state = TargetState(epoch: now)

        fail(state, times: 2, at: now)
        #expect(state.isAvailable(now: now))
        fail(state, times: 1, at: now)

        #expect(!state.isAvailable(now: now + .seconds(29)))
        #expect(state.isAvailable(now: now + .seconds(30)))
        #expect(state.snapshot(now: now).ejectedFor == .seconds(30))
    }

    @Test func `counts failures in a row only`() {
        let state = TargetState(epoch: now)

        fail(state, times: 2, at: now)
        state.begin(now: now, ejection: ejection).end(.succeeded, now: now)
        fail(state, times: 2, at: now)

        #expect(state.isAvailable(now: now))
        #expect(state.snapshot(now: now).failures == 4)
    }

    @Test func `lets one request try it when its time is over`() {
        let state = TargetState(epoch: now)
        fail(state, times: 3, at: now)
        let later = now + .seconds(31)

        let probe = state.begin(now: later, ejection: ejection)

        #expect(!state.isAvailable(now: later))
        probe.end(.failed, now: later)
        #expect(!state.isAvailable(now: later + .seconds(29)))
        #expect(state.isAvailable(now: later + .seconds(30)))
    }

    @Test func `is good again as soon as an answer begins`() {
        let state = TargetState(epoch: now)
        fail(state, times: 3, at: now)

        state.begin(now: now + .seconds(31), ejection: ejection).answerBegan(after: .milliseconds(5))

        #expect(state.isAvailable(now: now + .seconds(31)))
    }

    @Test func `lets another one try when the first learned nothing`() {
        let state = TargetState(epoch: now)
        fail(state, times: 3, at: now)
        let later = now + .seconds(31)

        state.begin(now: later, ejection: ejection).end(.unknown, now: later)

        #expect(state.isAvailable(now: later))
    }

    @Test func `counts what is under way, each once`() {
        let state = TargetState(epoch: now)

        let first = state.begin(now: now, ejection: nil)
        var second: TargetLease? = state.begin(now: now, ejection: nil)
        #expect(state.inFlight == 2)
        first.end(.succeeded, now: now)
        first.end(.failed, now: now)
        #expect(state.inFlight == 1)
        second?.note(status: 200)
        second = nil

        #expect(state.inFlight == 0)
        #expect(state.snapshot(now: now).failures == 0)
        #expect(state.snapshot(now: now).lastStatus == 200)
    }

    @Test func `outlives a reload by provider and model`() {
        let table = TargetStateTable(epoch: now)
        let kept = table.state(provider: "alpha", model: "m")
        let dropped = table.state(provider: "alpha", model: nil)

        table.keep([Target(provider: .sample("alpha"), model: "m", state: kept)])

        #expect(table.state(provider: "alpha", model: "m") === kept)
        #expect(table.state(provider: "alpha", model: nil) !== dropped)
    }
}

@Suite("Choosing a target")
struct TargetPickerTests {
    private let now = Instant.now

    private func eject(_ target: Target) {
        target.state.begin(now: now, ejection: EjectionPolicy(failures: 1, duration: .seconds(30))).end(.failed, now: now)
    }

    private func pick(_ targets: [Target], _ balance: Balance, tried: Set<Int> = [], ticket: Int = 0) -> Int {
        TargetPicker(balance: balance, skipsEjected: true).pick(targets, tried: tried, now: now) { ticket % $0 }
    }

    @Test func `follows the weights`() {
        let targets = [Target.sample("a", weight: 3), .sample("b", weight: 1), .sample("c", weight: 0)]

        #expect((0..<4).map { pick(targets, .weighted, ticket: $0) } == [0, 0, 0, 1])
    }

    @Test func `uses weight 0 when there is nothing else`() {
        let targets = [Target.sample("a", weight: 3), .sample("b", weight: 0)]

        #expect(pick(targets, .weighted, tried: [0]) == 1)
    }

    @Test func `takes the first that works`() {
        let targets = [Target.sample("a"), .sample("b"), .sample("c")]
        eject(targets[0])

        #expect(pick(targets, .first, ticket: 2) == 1)
    }

    @Test func `takes the one with the least under way`() {
        let targets = [Target.sample("a"), .sample("b"), .sample("c")]
        let leases = [targets[0], targets[0], targets[1], targets[2]].map { $0.state.begin(now: now, ejection: nil) }

        #expect(Set((0..<4).map { pick(targets, .leastPending, ticket: $0) }) == [1, 2])
        for lease in leases { lease.end(.succeeded, now: now) }
    }

    @Test func `uses ejected targets when all are`() {
        let targets = [Target.sample("a"), .sample("b")]
        for target in targets { eject(target) }

        #expect(TargetPicker(balance: .first, skipsEjected: true).allAreEjected(targets, now: now))
        #expect(pick(targets, .first) == 0)
        #expect(pick(targets, .first, tried: [0]) == 1)
    }

    @Test func `pays no heed to ejection where the route has none`() {
        let targets = [Target.sample("a"), .sample("b")]
        eject(targets[0])

        #expect(TargetPicker(balance: .first, skipsEjected: false).pick(targets, tried: [], now: now) { _ in 0 } == 0)
    }
}
