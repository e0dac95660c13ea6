/// Tokens of one provider answer, by the classes providers bill.
///
/// `input` is everything the provider read and `output` everything it wrote; the other counts are parts of these two
/// (wire.md, section 10).
package struct Usage: Equatable, Sendable {
    package var input: Int
    package var output: Int
    /// Part of `input` that the provider read from its own prompt cache.
    package var cachedInput: Int
    /// Part of `input` that the provider wrote to its prompt cache, to be kept for some minutes.
    package var cacheWrite: Int
    /// Part of `input` that the provider wrote to its prompt cache, to be kept for an hour.
    package var cacheWriteHour: Int
    /// Part of `input` that was sound.
    package var audioInput: Int
    /// Part of both `audioInput` and `cachedInput`.
    package var cachedAudioInput: Int
    /// Part of `output` spent on thinking.
    package var reasoning: Int
    /// Part of `output` that was sound.
    package var audioOutput: Int
    /// Searches that the provider made for the answer.
    package var webSearches: Int
    /// nil: the usual one, or the provider did not say.
    package var serviceTier: ServiceTier?
    /// False when the answer was cut, by anybody: the counts are of what was written by then.
    package var isComplete: Bool
    /// True when the gateway reckoned counts itself, because the provider did not say: all of them, or the output of an answer that was cut.
    package var isEstimate: Bool

    package init(
        input: Int, output: Int, cachedInput: Int = 0, cacheWrite: Int = 0, cacheWriteHour: Int = 0, audioInput: Int = 0, reasoning: Int = 0,
        audioOutput: Int = 0, cachedAudioInput: Int = 0, webSearches: Int = 0, serviceTier: ServiceTier? = nil, isComplete: Bool = true,
        isEstimate: Bool = false
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.cacheWriteHour = cacheWriteHour
        self.audioInput = audioInput
        self.reasoning = reasoning
        self.audioOutput = audioOutput
        self.cachedAudioInput = cachedAudioInput
        self.webSearches = webSearches
        self.serviceTier = serviceTier
        self.isComplete = isComplete
        self.isEstimate = isEstimate
    }

    /// Part of `input` that was neither read from nor written to a prompt cache.
    package var uncachedInput: Int { max(0, max(0, max(0, input - cachedInput) - cacheWrite) - cacheWriteHour) }
}

extension Usage {
    /// Of several calls together; complete when all are, an estimate when one is. The class of service is that of the last.
    package static func + (left: Usage, right: Usage) -> Usage {
        func sum(_ one: Int, _ other: Int) -> Int {
            let (sum, isTooLarge) = one.addingReportingOverflow(other)
            return isTooLarge ? .max : sum
        }
        return Usage(
            input: sum(left.input, right.input), output: sum(left.output, right.output), cachedInput: sum(left.cachedInput, right.cachedInput),
            cacheWrite: sum(left.cacheWrite, right.cacheWrite), cacheWriteHour: sum(left.cacheWriteHour, right.cacheWriteHour),
            audioInput: sum(left.audioInput, right.audioInput), reasoning: sum(left.reasoning, right.reasoning),
            audioOutput: sum(left.audioOutput, right.audioOutput), cachedAudioInput: sum(left.cachedAudioInput, right.cachedAudioInput),
            webSearches: sum(left.webSearches, right.webSearches), serviceTier: right.serviceTier,
            isComplete: left.isComplete && right.isComplete, isEstimate: left.isEstimate || right.isEstimate)
    }
}
