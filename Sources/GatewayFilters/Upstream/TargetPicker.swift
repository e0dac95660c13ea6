import GatewayCore
import MonotonicClock

/// How requests are spread over the targets of a model.
package enum Balance: Sendable {
    case weighted, first, leastPending, fastest, cheapest
}

/// Chooses among targets.
struct TargetPicker: Sendable {
    let balance: Balance
    /// Whether targets that fail are left out.
    let skipsEjected: Bool

    /// Whether every target is left out at the moment.
    func allAreEjected(_ targets: [Target], now: Instant) -> Bool {
        targets.allSatisfy { isLeftOut($0, now: now) }
    }

    /// Whether a target is, because it fails.
    func isLeftOut(_ target: Target, now: Instant) -> Bool { skipsEjected && !target.state.isAvailable(now: now) }

    /// The position of the target to ask next: of those not tried yet and not ejected, else of those tried, else of the ejected ones.
    /// Within each group weight 0 comes last.
    ///
    /// - Parameters:
    ///   - tried: positions in `targets`.
    ///   - now: looked at only if there is a choice.
    ///   - size: what the request may come to; asked for only where prices decide.
    ///   - random: a number below its argument, which is at least 1.
    func pick(
        _ targets: [Target], tried: Set<Int>, now: @autoclosure () -> Instant, size: () -> Usage = { Usage(input: 0, output: 0) },
        random: (Int) -> Int
    ) -> Int {
        if targets.count == 1 { return 0 }
        let now = now()
        var best: (rank: Int, group: [Int]) = (.max, [])
        for (index, target) in targets.enumerated() {
            let rank = rank(target, isTried: tried.contains(index), now: now)
            if rank < best.rank { best = (rank, [index]) } else if rank == best.rank { best.group.append(index) }
        }
        return choose(best.group, targets, size, random)
    }

    private func rank(_ target: Target, isTried: Bool, now: Instant) -> Int {
        (isLeftOut(target, now: now) ? 4 : 0) + (isTried ? 2 : 0) + (target.weight == 0 && balance == .weighted ? 1 : 0)
    }

    private func choose(_ group: [Int], _ targets: [Target], _ size: () -> Usage, _ random: (Int) -> Int) -> Int {
        guard group.count > 1 else { return group[0] }
        switch balance {
        case .first: return group[0]
        case .leastPending:
            let least = group.map { targets[$0].state.inFlight }.min() ?? 0
            let idlest = group.filter { targets[$0].state.inFlight == least }
            return idlest[random(idlest.count)]
        case .fastest:
            // Who was slow once gets a chance to show that it no longer is.
            if random(Self.explored) == 0 { return group[random(group.count)] }
            return Self.least(group) { targets[$0].state.firstTokenMicroseconds }
        case .cheapest:
            let size = size()
            return Self.least(group) { targets[$0].price?.cost(of: size).nanodollars ?? .max }
        case .weighted:
            let total = group.reduce(0) { $0 + targets[$1].weight }
            guard total > 0 else { return group[random(group.count)] }
            var ticket = random(total)
            for index in group {
                ticket -= targets[index].weight
                if ticket < 0 { return index }
            }
            return group[group.count - 1]
        }
    }

    /// Under `fastest` one request in so many goes anywhere.
    private static let explored = 20

    /// The first of those with the smallest value.
    private static func least(_ group: [Int], by value: (Int) -> Int) -> Int {
        var best = (index: group[0], value: value(group[0]))
        for index in group.dropFirst() {
            let value = value(index)
            if value < best.value { best = (index, value) }
        }
        return best.index
    }
}
