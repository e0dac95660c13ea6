extension Duration {
    /// Whole nanoseconds, rounded towards zero; what does not fit 64 bits (292 years) becomes the nearest that does.
    package var wholeNanoseconds: Int64 {
        // One division of the processor's: `components` takes several of 128 bits, and clocks are asked a dozen times in a request.
        let magnitude = attoseconds.magnitude
        let (high, low) = (UInt64(truncatingIfNeeded: magnitude >> 64), UInt64(truncatingIfNeeded: magnitude))
        let isNegative = attoseconds < 0
        guard high < 500_000_000 else { return isNegative ? .min : .max }
        let quotient = Int64(bitPattern: UInt64(1_000_000_000).dividingFullWidth((high, low)).quotient)
        return isNegative ? -quotient : quotient
    }
}
