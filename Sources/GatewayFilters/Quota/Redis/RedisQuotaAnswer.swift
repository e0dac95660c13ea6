import GatewayCore

/// What the script that reserves has said.
struct RedisQuotaAnswer {
    struct Standing {
        let taken: Int
        let left: Int
        /// Microseconds.
        let reset: Int
        let isExceeded: Bool
    }

    let isGranted: Bool
    /// The index of the demand that refused.
    let refusing: Int
    /// Microseconds; 0: nobody knows.
    let wait: Int
    let standings: [Standing]

    /// - Parameter count: of demands.
    /// - Returns: nil for anything else than such an answer.
    init?(_ reply: RedisReply, count: Int) {
        guard case .list(let list) = reply, list.count == 3 + 4 * count else { return nil }
        let numbers = list.compactMap { if case .integer(let number) = $0 { number } else { nil } }
        guard numbers.count == list.count, (0..<max(1, count)).contains(numbers[1]) else { return nil }
        isGranted = numbers[0] == 1
        refusing = numbers[1]
        wait = numbers[2]
        standings = (0..<count).map { index in
            let start = 3 + 4 * index
            return Standing(taken: numbers[start], left: numbers[start + 1], reset: numbers[start + 2], isExceeded: numbers[start + 3] == 1)
        }
    }
}
