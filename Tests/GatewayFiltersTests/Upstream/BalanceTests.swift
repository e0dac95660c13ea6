import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters

@Suite("Balance by price and by speed")
struct BalanceTests {
    private let now = Instant.now

    private func target(_ name: String, _ price: Price? = nil, firstToken: Duration? = nil) -> Target {
        let state = TargetState(epoch: now)
        if let firstToken {
            let lease = state.begin(now: now, ejection: nil)
            lease.answerBegan(after: firstToken)
            lease.end(.succeeded, now: now)
        }
        return Target(provider: .sample(name), model: nil, state: state, price: price)
    }

    private func pick(_ balance: Balance, _ targets: [Target], tried: Set<Int> = [], size: Usage = Usage(input: 0, output: 0), dice: Int = 1) -> Int {
        TargetPicker(balance: balance, skipsEjected: true).pick(targets, tried: tried, now: now, size: { size }, random: { dice % $0 })
    }

    @Test func `cheapest is what costs least for this very request`() {
        let reader = target("reader", Price(input: 1_000_000, output: 20_000_000))
        let writer = target("writer", Price(input: 5_000_000, output: 5_000_000))

        #expect(pick(.cheapest, [reader, writer], size: Usage(input: 10_000, output: 100)) == 0)
        #expect(pick(.cheapest, [reader, writer], size: Usage(input: 100, output: 1_000)) == 1)
    }

    @Test func `cheapest asks the next when the cheapest has failed, and last who has no price`() {
        let targets = [target("unpriced"), target("cheap", Price(input: 1, output: 1)), target("dear", Price(input: 9, output: 9))]
        let size = Usage(input: 1_000_000, output: 0)

        #expect(pick(.cheapest, targets, size: size) == 1)
        #expect(pick(.cheapest, targets, tried: [1], size: size) == 2)
        #expect(pick(.cheapest, targets, tried: [1, 2], size: size) == 0)
    }

    @Test func `fastest is who has begun soonest of late, and who has not been measured yet before that`() {
        let slow = target("slow", firstToken: .milliseconds(900))
        let quick = target("quick", firstToken: .milliseconds(200))

        #expect(pick(.fastest, [slow, quick]) == 1)
        #expect(pick(.fastest, [slow, quick, target("new")]) == 2)
    }

    @Test func `fastest lets one request in twenty find out who has become fast`() {
        let slow = target("slow", firstToken: .milliseconds(900))
        let quick = target("quick", firstToken: .milliseconds(200))

        #expect(pick(.fastest, [slow, quick], dice: 0) == 0)
        #expect((1..<20).allSatisfy { pick(.fastest, [slow, quick], dice: $0) == 1 })
    }

    @Test func `fastest forgets in a few answers how slow somebody was`() {
        let state = TargetState(epoch: now)
        state.begin(now: now, ejection: nil).answerBegan(after: .seconds(8))
        for _ in 0..<30 { state.begin(now: now, ejection: nil).answerBegan(after: .milliseconds(100)) }

        #expect((100_000...300_000).contains(state.firstTokenMicroseconds))
    }
}
