import Testing

@testable import GatewayCore

@Suite("A price")
struct PriceTests {
    /// 3 USD per million of input, 15 of output, as a price list has them.
    private let list = Price(
        PriceRates(
            input: 3_000_000, output: 15_000_000, cachedInput: 300_000, cacheWrite: 3_750_000, cacheWriteHour: 6_000_000, audioInput: 10_000_000,
            cachedAudioInput: 1_000_000, audioOutput: 40_000_000, reasoning: 20_000_000))

    @Test func `charges every token at the rate of its class, once`() {
        let usage = Usage(
            input: 10_000, output: 500, cachedInput: 4_000, cacheWrite: 1_000, cacheWriteHour: 2_000, audioInput: 300, reasoning: 200,
            audioOutput: 50,
            cachedAudioInput: 100)
        // 2,800 plain + 200 sound + 3,900 cached + 100 cached sound + 1,000 written + 2,000 for an hour; 250 words + 200 thoughts + 50 sound
        let picodollars =
            2_800 * 3_000_000 + 200 * 10_000_000 + 3_900 * 300_000 + 100 * 1_000_000 + 1_000 * 3_750_000 + 2_000 * 6_000_000
            + 250 * 15_000_000 + 200 * 20_000_000 + 50 * 40_000_000

        #expect(list.cost(of: usage) == Money(nanodollars: picodollars / 1000))
    }

    @Test func `charges what it does not name as input or output`() {
        let price = Price(input: 250_000, output: 2_000_000)
        let usage = Usage(
            input: 1_000, output: 100, cachedInput: 300, cacheWrite: 200, cacheWriteHour: 100, audioInput: 50, reasoning: 40, audioOutput: 10)

        #expect(price.cost(of: usage) == Money(nanodollars: 1_000 * 250 + 100 * 2_000))
    }

    @Test func `rounds the sum up to a billionth of a dollar, not each part`() {
        let price = Price(input: 37_500, output: 400)

        #expect(price.cost(of: Usage(input: 1, output: 0)) == Money(nanodollars: 38))
        #expect(price.cost(of: Usage(input: 1, output: 1)) == Money(nanodollars: 38))
        #expect(price.cost(of: Usage(input: 2, output: 0)) == Money(nanodollars: 75))
    }

    @Test func `is another for the whole of a long request`() {
        let long = PriceRates(input: 6_000_000, output: 22_500_000)
        let price = Price(list.rates, longInput: [Price.LongInput(above: 200_000, rates: long)])

        #expect(price.cost(of: Usage(input: 200_000, output: 1)) == Money(nanodollars: 200_000 * 3_000 + 15_000))
        #expect(price.cost(of: Usage(input: 200_001, output: 1)) == Money(nanodollars: 200_001 * 6_000 + 22_500))
    }

    @Test func `scales tokens, and not fees, by the class of service that the answer names`() {
        let price = Price(list.rates, request: 5_000_000, webSearch: 10_000_000_000, serviceTiers: [.flex: 50, .priority: 175])
        func cost(_ tier: ServiceTier?) -> Money { price.cost(of: Usage(input: 100, output: 10, webSearches: 2, serviceTier: tier)) }
        let (tokens, fees) = (100 * 3_000 + 10 * 15_000, 5_000 + 2 * 10_000_000)

        #expect(cost(nil) == Money(nanodollars: tokens + fees))
        #expect(cost(.flex) == Money(nanodollars: tokens / 2 + fees))
        #expect(cost(.priority) == Money(nanodollars: tokens * 175 / 100 + fees))
        #expect(cost(.batch) == Money(nanodollars: tokens + fees))
    }

    @Test func `stays whole whatever a provider claims to have counted`() {
        let absurd = Usage(input: .max, output: .max, cachedInput: .max, cacheWrite: .max, cacheWriteHour: .max, audioInput: .max, reasoning: .max)
        let cost = list.cost(of: absurd)

        #expect(cost == Money(nanodollars: .max / 1000 + 1))
        #expect((0..<5_000).reduce(Money.zero) { sum, _ in sum + cost } == Money(nanodollars: .max))
        #expect(list.cost(of: Usage(input: 5, output: 5, cachedInput: 50, audioInput: 70, reasoning: 90, audioOutput: 80)) > .zero)
        #expect((absurd + absurd).uncachedInput == 0)
    }

    @Test func `has a ceiling that no request exceeds`() {
        let cheap = Price(
            PriceRates(input: 100, output: 900), longInput: [Price.LongInput(above: 10, rates: PriceRates(input: 400, output: 500))],
            webSearch: 7, serviceTiers: [.flex: 50, .priority: 200])
        let other = Price(PriceRates(input: 300, output: 300), request: 9)
        let ceiling = cheap.ceiling(other)

        #expect(ceiling == Price(PriceRates(input: 800, output: 1_800), request: 9, webSearch: 7))
    }

    @Test func `says what an answer would have cost without the provider's cache`() {
        #expect(list.costUncached(of: Usage(input: 1_000, output: 0, cachedInput: 900)) == Money(nanodollars: 3_000_000))
        #expect(list.costUncached(of: Usage(input: 1_000, output: 0, cacheWriteHour: 900)) == Money(nanodollars: 3_000_000))
    }
}

@Suite("An amount of money")
struct MoneyTests {
    @Test(arguments: [
        (0, "0"), (1, "0.000000001"), (1_250_000, "0.00125"), (12_000_000_000, "12"), (-500_000_000, "-0.5"), (.max, "9223372036.854775807"),
    ])
    func `is shown in dollars, exactly`(nanodollars: Int, text: String) {
        #expect("\(Money(nanodollars: nanodollars))" == text)
    }

    @Test func `stays at the largest amount there is`() {
        #expect(Money(nanodollars: .max) + Money(nanodollars: 1) == Money(nanodollars: .max))
        #expect(Money(nanodollars: .min) - Money(nanodollars: 1) == Money(nanodollars: .min))
    }
}
