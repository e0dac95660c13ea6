extension Duration {
    /// Rounded up.
    var wholeMilliseconds: Int {
        Int(clamping: components.seconds.multipliedReportingOverflow(by: 1000).partialValue)
            + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
