/// What a provider takes for a model's tokens, by the classes of `Usage`.
///
/// Rates are picodollars per token, which are millionths of a dollar per million tokens: a price list's 0.0375 USD per million is 37,500.
package struct Price: Hashable, Sendable {
    package var input: Int
    package var output: Int
    /// Of `Usage.cachedInput`; what is not said costs as much as input.
    package var cachedInput: Int
    package var cacheWrite: Int
    package var cacheWriteHour: Int
    package var audioInput: Int
    package var audioOutput: Int

    package init(
        input: Int, output: Int, cachedInput: Int? = nil, cacheWrite: Int? = nil, cacheWriteHour: Int? = nil, audioInput: Int? = nil,
        audioOutput: Int? = nil
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput ?? input
        self.cacheWrite = cacheWrite ?? input
        self.cacheWriteHour = cacheWriteHour ?? cacheWrite ?? input
        self.audioInput = audioInput ?? input
        self.audioOutput = audioOutput ?? output
    }

    /// Every token at the rate of its class, the sum rounded up to a nanodollar.
    package func cost(of usage: Usage) -> Money {
        let plainInput = max(0, usage.uncachedInput - usage.audioInput)
        let plainOutput = max(0, usage.output - usage.audioOutput)
        let parts = [
            (plainInput, input), (usage.cachedInput, cachedInput), (usage.cacheWrite, cacheWrite), (usage.cacheWriteHour, cacheWriteHour),
            (usage.audioInput, audioInput), (plainOutput, output), (usage.audioOutput, audioOutput),
        ]
        let picodollars = parts.reduce(0) { sum, part in
            let (product, overflow) = part.0.multipliedReportingOverflow(by: part.1)
            return overflow ? .max : sum.addingReportingOverflow(product).overflow ? .max : sum + product
        }
        return Money(nanodollars: picodollars / 1000 + (picodollars % 1000 == 0 ? 0 : 1))
    }
}
