/// Amounts of the status page, exact.
enum Dollars {
    /// - Returns: nil for anything but decimal digits with at most nine behind the point.
    static func nanodollars(_ text: String) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard let whole = Int(parts[0]), whole >= 0, whole < 9_000_000_000, fraction.utf8.count <= 9, let rest = Int("0" + fraction) else {
            return nil
        }
        return (0..<(9 - fraction.utf8.count)).reduce(rest) { value, _ in value * 10 } + whole * 1_000_000_000
    }

    /// With six decimals, rounded.
    static func text(_ nanodollars: Int) -> String {
        let micros = (nanodollars.magnitude + 500) / 1000
        let fraction = String(1_000_000 + micros % 1_000_000).dropFirst()
        return (nanodollars < 0 && micros > 0 ? "-" : "") + "\(micros / 1_000_000)." + fraction
    }
}
