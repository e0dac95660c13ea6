import Testing

@testable import GatewayCore

@Suite("The savings of a request")
struct SavingsTests {
    /// A dollar per million in, a tenth of it from the provider's cache, 1.25 into it, and five out.
    private let price = Price(input: 1_000_000, output: 5_000_000, cachedInput: 100_000, cacheWrite: 1_250_000)

    private func record(_ usages: [Usage], baseline: [Price] = []) -> RequestRecord {
        var record = RequestRecord()
        record.baseline = PriceBaseline(baseline)
        for usage in usages {
            record.attemptBegan(Attempt(provider: "a", model: "m"))
            record.attemptUsed(usage, at: price)
        }
        return record
    }

    @Test func `are what a kept answer once cost`() {
        var record = RequestRecord()
        record.costAvoided = Money(nanodollars: 70)
        #expect(Savings(record)[.cache] == Money(nanodollars: 70))

        record.sharedFlight = true
        #expect(Savings(record)[.cache] == .zero)
        #expect(Savings(record)[.singleFlight] == Money(nanodollars: 70))
        #expect(Savings(record).total == Money(nanodollars: 70))
    }

    @Test func `of a provider's cache are against plain input, and writing to it counts against them`() {
        #expect(Savings(record([Usage(input: 100, output: 0, cachedInput: 80)]))[.promptCache] == Money(nanodollars: 80 * 900))
        #expect(Savings(record([Usage(input: 100, output: 0, cacheWrite: 80)]))[.promptCache] == Money(nanodollars: -80 * 250))
    }

    @Test func `of routing are against the dearest of the baseline for the same tokens`() {
        let dearOut = Price(input: 1_000_000, output: 9_000_000)
        let dearIn = Price(input: 3_000_000, output: 1_000_000)

        let long = Savings(record([Usage(input: 100, output: 10)], baseline: [dearOut, dearIn]))
        let talkative = Savings(record([Usage(input: 10, output: 100)], baseline: [dearOut, dearIn]))

        #expect(long[.routing] == Money(nanodollars: 310_000 - 150_000))
        #expect(talkative[.routing] == Money(nanodollars: 910_000 - 510_000))
    }

    @Test func `are below zero for attempts that were paid and not the answer`() {
        let savings = Savings(record([Usage(input: 100, output: 0), Usage(input: 50, output: 1)]))

        #expect(savings[.retries] == Money(nanodollars: -100_000))
        #expect(savings.total == Money(nanodollars: -100_000))
    }

    @Test func `are none where nothing has a price`() {
        var record = RequestRecord()
        record.attemptBegan(Attempt(provider: "a", model: "m"))
        record.attemptUsed(Usage(input: 10, output: 10), at: nil)

        #expect(Savings(record) == Savings())
    }
}
