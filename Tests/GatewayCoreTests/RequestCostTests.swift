import Testing

@testable import GatewayCore

@Suite("What a request cost")
struct RequestCostTests {
    private let price = Price(input: 1_000_000, output: 5_000_000)

    @Test func `is what its last attempt has used so far`() {
        var record = RequestRecord()
        record.attemptBegan(Attempt(provider: "a", model: "m"))
        record.attemptUsed(Usage(input: 10, output: 1), at: price)
        #expect(record.cost == Money(nanodollars: 15_000))

        record.attemptUsed(Usage(input: 10, output: 8), at: price)
        #expect(record.cost == Money(nanodollars: 50_000))
    }

    @Test func `holds every attempt, failed ones too, each at its own price`() {
        var record = RequestRecord()
        record.attemptBegan(Attempt(provider: "a", model: "m"))
        record.attemptUsed(Usage(input: 10, output: 1), at: price)
        record.attemptEnded(.upstreamCut)
        record.attemptBegan(Attempt(provider: "b", model: "n"))
        #expect(record.usage == nil)
        record.attemptUsed(Usage(input: 20, output: 2), at: Price(input: 100_000, output: 0))

        #expect(record.cost == Money(nanodollars: 15_000 + 2_000))
        #expect(record.attempts.map(\.cost) == [Money(nanodollars: 15_000), Money(nanodollars: 2_000)])
        #expect(record.usage == Usage(input: 20, output: 2))
        #expect(record.usageOfAttempts == Usage(input: 30, output: 3, isComplete: false))
    }

    @Test func `is not known where nobody has said what a target costs`() {
        var record = RequestRecord()
        record.attemptBegan(Attempt(provider: "a", model: "m"))
        record.attemptUsed(Usage(input: 10, output: 1), at: nil)

        #expect(record.cost == nil)
        #expect(record.attempts.map(\.usage) == [Usage(input: 10, output: 1)])
    }

    @Test func `is a fee where there is one, also when nobody counts tokens`() {
        var record = RequestRecord()
        record.attemptBegan(Attempt(provider: "a", model: "m"))
        record.attemptUsed(nil, at: Price(PriceRates(input: 0, output: 0), request: 40_000_000))

        #expect(record.cost == Money(nanodollars: 40_000))
    }
}
