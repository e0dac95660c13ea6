/// How much of what a limit allows, and in which time. A value, shared because counters, demands and reservations all name it.
package final class QuotaAllowance: Hashable, Sendable {
    package enum Measure: Hashable, Sendable {
        case requests
        case tokens(QuotaWeights)
        /// Nanodollars, by the prices of the targets that were asked.
        case money
        /// Requests that are not answered yet.
        case atOnce
    }

    package enum Window: Hashable, Sendable {
        /// Any stretch of this length.
        case sliding(Duration)
        /// Stretches of this length, one after another since 1970 began in UTC. Whole seconds.
        case fixed(Duration)
        case calendar(CalendarWindow)
        /// What is counted runs off evenly, the whole amount in `refill`, and never stands higher than `burst`.
        case bucket(burst: Int, refill: Duration)
        /// Until it is given back.
        case open
    }

    package let measure: Measure
    /// Requests, tokens, nanodollars or places, at least 1.
    package let amount: Int
    package let window: Window
    /// The length of a window that slides, or in which a bucket runs off; else 0.
    package let nanoseconds: Int64
    /// Whether what a call takes is known only when it has ended: until then, what it may come to is held.
    package let isMetered: Bool
    /// Whether something is held for a call as long as it is open.
    package let isHeld: Bool
    /// The most that can be counted at one moment.
    package let capacity: Int

    package init(_ measure: Measure, _ amount: Int, _ window: Window) {
        self.measure = measure
        self.amount = amount
        self.window = window
        nanoseconds =
            switch window {
            case .sliding(let length), .bucket(_, let length): length.wholeNanoseconds
            case .fixed, .calendar, .open: 0
            }
        isMetered =
            switch measure {
            case .tokens, .money: true
            case .requests, .atOnce: false
            }
        isHeld = isMetered || measure == .atOnce
        capacity = if case .bucket(let burst, _) = window { burst } else { amount }
    }

    package static func == (left: QuotaAllowance, right: QuotaAllowance) -> Bool {
        left === right || (left.measure == right.measure && left.amount == right.amount && left.window == right.window)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(measure)
        hasher.combine(amount)
        hasher.combine(window)
    }

    /// At most so many in any stretch of `window`.
    package static func requests(_ amount: Int, window: Duration) -> QuotaAllowance { QuotaAllowance(.requests, amount, .sliding(window)) }

    /// At most so many tokens, input and output, in any stretch of `window`.
    package static func tokens(_ amount: Int, window: Duration) -> QuotaAllowance { QuotaAllowance(.tokens(.total), amount, .sliding(window)) }

    /// At most so many unanswered at the same time.
    package static func atOnce(_ amount: Int) -> QuotaAllowance { QuotaAllowance(.atOnce, amount, .open) }

    /// The stretch of a fixed or calendar window around a moment, in seconds since 1970; nil for other windows.
    package func period(around unix: Int) -> Range<Int>? {
        switch window {
        case .fixed(let length):
            let seconds = max(1, Int(length.components.seconds))
            let start = unix / seconds * seconds
            return start..<start + seconds
        case .calendar(let window): return window.bounds(around: unix)
        case .sliding, .bucket, .open: return nil
        }
    }
}

extension QuotaAllowance {
    /// One part of so many equal ones, rounded down; at least 1.
    package func divided(by parts: Int) -> QuotaAllowance {
        func part(_ amount: Int) -> Int { max(1, amount / max(1, parts)) }
        if case .bucket(let burst, let refill) = window {
            return QuotaAllowance(measure, part(amount), .bucket(burst: part(burst), refill: refill))
        }
        return QuotaAllowance(measure, part(amount), window)
    }
}
