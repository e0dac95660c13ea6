/// What is counted runs off evenly.
///
/// The level is a fraction, so that any amount and window will do. Both stores reckon it in the same steps of the same kind of number.
struct LeakyBucket {
    /// Ten years, in nanoseconds: nothing runs off for longer, so far as anybody is told. A bucket that a shadow, a lowered limit or a provider's
    /// count has filled far beyond its brim would take centuries, more than 64 bits of nanoseconds. The scripts for Redis say the same.
    static let longest: Int64 = 3650 * 86_400 * 1_000_000_000
    /// What rounding may make of a level that is a whole number.
    private static let rounding = 1e-6

    private(set) var level = 0.0
    private var latest: Int64 = .min

    /// - Parameters:
    ///   - amount: what runs off in `refill`.
    ///   - now: in the unit of `refill`; never goes back.
    mutating func advance(to now: Int64, amount: Int, refill: Int64) {
        if latest == .min { latest = now }
        guard now > latest else { return }
        level = max(0, level - Double(now - latest) * Double(amount) / Double(refill))
        latest = now
    }

    mutating func add(_ amount: Int) { level += Double(amount) }

    mutating func giveBack(_ amount: Int) { level = max(0, level - Double(amount)) }

    /// Rounded down; below 0 when more is counted than fits.
    func left(of burst: Int) -> Int { Int(max(-1e18, Double(burst) - level + Self.rounding).rounded(.down)) }

    /// How long until the level has sunk by `excess`, 1 to `longest`.
    func time(toDrain excess: Double, amount: Int, refill: Int64) -> Int64 {
        let time = excess * Double(refill) / Double(amount) - Self.rounding
        return time < Double(Self.longest) ? max(1, Int64(time.rounded(.up))) : Self.longest
    }

    /// How long until all of `amount` fits beside what is held.
    func wait(for amount: Int, held: Int, burst: Int, rate: Int, refill: Int64) -> Int64 {
        time(toDrain: level + Double(held) + Double(amount) - Double(burst), amount: rate, refill: refill)
    }

    func reset(amount: Int, refill: Int64) -> Int64 {
        level > Self.rounding ? time(toDrain: level, amount: amount, refill: refill) : 0
    }

    var isEmpty: Bool { level <= Self.rounding }
}
