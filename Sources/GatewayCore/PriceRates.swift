/// Picodollars for one token of each class.
package struct PriceRates: Hashable, Sendable {
    package var input: Int
    package var output: Int
    /// Of `Usage.cachedInput`; what is not said costs as much as input.
    package var cachedInput: Int
    package var cacheWrite: Int
    package var cacheWriteHour: Int
    package var audioInput: Int
    package var cachedAudioInput: Int
    package var audioOutput: Int
    package var reasoning: Int

    package init(
        input: Int, output: Int, cachedInput: Int? = nil, cacheWrite: Int? = nil, cacheWriteHour: Int? = nil, audioInput: Int? = nil,
        cachedAudioInput: Int? = nil, audioOutput: Int? = nil, reasoning: Int? = nil
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput ?? input
        self.cacheWrite = cacheWrite ?? input
        self.cacheWriteHour = cacheWriteHour ?? cacheWrite ?? input
        self.audioInput = audioInput ?? input
        // A discount for text may not hold for sound.
        self.cachedAudioInput = cachedAudioInput ?? audioInput ?? cachedInput ?? input
        self.audioOutput = audioOutput ?? output
        self.reasoning = reasoning ?? output
    }

    /// Each token once: sound before text, thoughts before words, whatever a provider claims its parts to be.
    func add(_ usage: Usage, to sum: inout Picodollars) {
        let cachedAudio = min(usage.cachedAudioInput, usage.cachedInput)
        let audio = min(max(0, usage.audioInput - usage.cachedAudioInput), usage.uncachedInput)
        let audioOut = min(usage.audioOutput, usage.output)
        let thoughts = min(usage.reasoning, usage.output - audioOut)
        sum.add(usage.uncachedInput - audio, at: input)
        sum.add(audio, at: audioInput)
        sum.add(usage.cachedInput - cachedAudio, at: cachedInput)
        sum.add(cachedAudio, at: cachedAudioInput)
        sum.add(usage.cacheWrite, at: cacheWrite)
        sum.add(usage.cacheWriteHour, at: cacheWriteHour)
        sum.add(thoughts, at: reasoning)
        sum.add(audioOut, at: audioOutput)
        sum.add(usage.output - audioOut - thoughts, at: output)
    }

    func larger(_ other: PriceRates) -> PriceRates {
        PriceRates(
            input: max(input, other.input), output: max(output, other.output), cachedInput: max(cachedInput, other.cachedInput),
            cacheWrite: max(cacheWrite, other.cacheWrite), cacheWriteHour: max(cacheWriteHour, other.cacheWriteHour),
            audioInput: max(audioInput, other.audioInput), cachedAudioInput: max(cachedAudioInput, other.cachedAudioInput),
            audioOutput: max(audioOutput, other.audioOutput), reasoning: max(reasoning, other.reasoning))
    }

    func scaled(percent: Int) -> PriceRates {
        guard percent != 100 else { return self }
        func scaled(_ rate: Int) -> Int {
            var sum = Picodollars()
            sum.add(1, at: rate)
            sum.scale(percent: percent)
            return sum.amount
        }
        return PriceRates(
            input: scaled(input), output: scaled(output), cachedInput: scaled(cachedInput), cacheWrite: scaled(cacheWrite),
            cacheWriteHour: scaled(cacheWriteHour), audioInput: scaled(audioInput), cachedAudioInput: scaled(cachedAudioInput),
            audioOutput: scaled(audioOutput), reasoning: scaled(reasoning))
    }
}
