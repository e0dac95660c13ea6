import GatewayConfig
import GatewayCore
import Testing

@Suite("A price in the file")
struct PriceConfigTests {
    private func price(_ text: String, isAnthropic: Bool = false) throws -> Price { try PriceConfig.load(text).price(isAnthropic: isAnthropic) }

    @Test(arguments: [
        ("0.25", 250_000), ("0.0375", 37_500), ("15", 15_000_000), ("15.00", 15_000_000), ("0", 0), ("0.000001", 1), ("1000000", 1_000_000_000_000),
    ])
    func `is dollars per million, to the last digit`(text: String, picodollars: Int) throws {
        #expect(try price("{ input: \(text), output: 1 }").input == picodollars)
    }

    @Test func `takes the price of input or output for what it does not name`() throws {
        #expect(try price("{ input: 0.30, output: 2.50 }") == Price(input: 300_000, output: 2_500_000))
    }

    @Test func `knows what Anthropic takes for its prompt cache`() throws {
        let rates = try price("{ input: 3, output: 15 }", isAnthropic: true).rates

        #expect((rates.cachedInput, rates.cacheWrite, rates.cacheWriteHour) == (300_000, 3_750_000, 6_000_000))
        #expect(try price("{ input: 3, output: 15, cached_input: 0.25 }", isAnthropic: true).rates.cachedInput == 250_000)
    }

    @Test func `has a rate for every class, for long requests, fees and classes of service`() throws {
        let text = """
            input: 1.25
            output: 10
            cached_input: 0.125
            cache_write: 1.5
            cache_write_1h: 2
            audio_input: 3
            cached_audio_input: 0.3
            audio_output: 20
            reasoning: 12
            long_input: [{ above: 200k, input: 2.50, output: 15 }]
            request: 5000
            web_search: 10000
            service_tier: { flex: 50%, priority: 180% }
            """
        let rates = PriceRates(
            input: 1_250_000, output: 10_000_000, cachedInput: 125_000, cacheWrite: 1_500_000, cacheWriteHour: 2_000_000, audioInput: 3_000_000,
            cachedAudioInput: 300_000, audioOutput: 20_000_000, reasoning: 12_000_000)

        #expect(
            try price(text)
                == Price(
                    rates, longInput: [Price.LongInput(above: 200_000, rates: PriceRates(input: 2_500_000, output: 15_000_000))],
                    request: 5_000_000_000, webSearch: 10_000_000_000, serviceTiers: [.flex: 50, .priority: 180]))
    }
}
