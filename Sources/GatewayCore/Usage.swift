/// Tokens of one provider answer, by the classes providers bill.
///
/// `input` is everything the provider read and `output` everything it wrote; the other counts are parts of these two
/// (wire.md, section 10).
package struct Usage: Equatable, Sendable {
    package var input: Int
    package var output: Int
    /// Part of `input` that the provider read from its own prompt cache.
    package var cachedInput: Int
    /// Part of `output` spent on thinking.
    package var reasoning: Int
    /// False when the answer was cut or the provider never said, so that the counts are a lower bound.
    package var isComplete: Bool

    package init(input: Int, output: Int, cachedInput: Int = 0, reasoning: Int = 0, isComplete: Bool = true) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.reasoning = reasoning
        self.isComplete = isComplete
    }
}
