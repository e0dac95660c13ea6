/// What a token of each class counts in a limit of tokens, in thousandths.
package struct QuotaWeights: Hashable, Sendable {
    /// Every token counts one.
    package static let total = QuotaWeights(input: 1000, output: 1000)
    package static let inputOnly = QuotaWeights(input: 1000, output: 0)
    package static let outputOnly = QuotaWeights(input: 0, output: 1000)

    package var input: Int
    package var cachedInput: Int
    package var cacheWrite: Int
    package var audioInput: Int
    package var output: Int
    package var reasoning: Int
    package var audioOutput: Int

    /// - Parameter cachedInput: what is not said counts as much as input or output does.
    package init(
        input: Int, output: Int, cachedInput: Int? = nil, cacheWrite: Int? = nil, audioInput: Int? = nil, reasoning: Int? = nil,
        audioOutput: Int? = nil
    ) {
        self.input = input
        self.cachedInput = cachedInput ?? input
        self.cacheWrite = cacheWrite ?? input
        self.audioInput = audioInput ?? input
        self.output = output
        self.reasoning = reasoning ?? output
        self.audioOutput = audioOutput ?? output
    }

    /// The classes' tokens by their weights, the sum rounded up; at most `tokensMax`, whatever a provider claims to have counted.
    package func tokens(of usage: Usage) -> Int {
        let plainInput = max(0, usage.uncachedInput - usage.audioInput)
        let plainOutput = max(0, usage.output - usage.reasoning - usage.audioOutput)
        let parts = [
            (plainInput, input), (usage.cachedInput, cachedInput), (usage.cacheWrite, cacheWrite), (usage.cacheWriteHour, cacheWrite),
            (usage.audioInput, audioInput), (plainOutput, output), (usage.reasoning, reasoning), (usage.audioOutput, audioOutput),
        ]
        let thousandths = parts.reduce(0) { $0 + min(max(0, $1.0), Self.tokensMax) * $1.1 }
        return min((thousandths + 999) / 1000, Self.tokensMax)
    }

    /// More than any answer has, and few enough that no sum of weighted tokens overflows.
    package static let tokensMax = 1_000_000_000
}
