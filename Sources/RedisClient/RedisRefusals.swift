import MonotonicClock

/// Which errors Redis answers of late, although it is there: its memory is full, its disk is, it forbids.
struct RedisRefusals {
    /// What an error says about.
    enum Meaning {
        case ofTheCommand
        /// No command of the kind will do better for now.
        case ofTheServer
        /// Another connection may find a server that can.
        case wrongServer
        case moved

        init(_ code: String) {
            self =
                switch code {
                case "OOM", "MISCONF", "NOREPLICAS", "NOPERM", "BUSY", "TRYAGAIN", "ASK", "CROSSSLOT": .ofTheServer
                case "READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN", "NOAUTH": .wrongServer
                case "MOVED": .moved
                default: .ofTheCommand
                }
        }
    }

    /// So long after the last refusal Redis counts as well again, when it answers.
    static let memory = Duration.seconds(2)

    private(set) var code: String?
    private var last: Instant?

    /// - Returns: true when this is news.
    mutating func refused(_ code: String, at now: Instant) -> Bool {
        last = now
        guard self.code != code else { return false }
        self.code = code
        return true
    }

    /// - Returns: true when the refusals have ended.
    mutating func answered(at now: Instant) -> Bool {
        guard let last, last.duration(to: now) >= Self.memory else { return false }
        self = RedisRefusals()
        return true
    }
}
