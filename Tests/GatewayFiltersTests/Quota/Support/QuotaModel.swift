import GatewayCore

@testable import GatewayFilters

/// What a counter should say, reckoned anew from all that ever happened to it. Slow, and too simple to be wrong.
///
/// Times are microseconds since 1970.
struct QuotaModel {
    struct Counted {
        let at: Int64
        var amount: Int
        let id: Int
    }

    struct Hold {
        let id: Int
        let amount: Int
        let until: Int64
    }

    let allowance: QuotaAllowance
    /// nil: holds do not end by themselves.
    let lease: Int64?
    private var counted: [Counted] = []
    private var holds: [Hold] = []
    private var drained: Int64 = 0

    init(_ allowance: QuotaAllowance, lease: Int64?) {
        self.allowance = allowance
        self.lease = lease
    }

    /// What is counted and not over.
    func taken(_ now: Int64) -> Int {
        switch allowance.window {
        case .sliding(let length):
            let window = length.wholeNanoseconds / 1000
            let grain = allowance.amount <= 128 ? 1 : window / 128
            return counted.filter { ($0.at + grain - 1) / grain * grain > now - window }.reduce(0) { $0 + $1.amount }
        case .fixed, .calendar:
            guard let period = allowance.period(around: Int(now / 1_000_000)) else { return 0 }
            return counted.filter { period.contains(Int($0.at / 1_000_000)) }.reduce(0) { $0 + $1.amount }
        case .bucket(_, let refill):
            // Runs through all that came, letting run off what did in between.
            let perMicrosecond = Double(allowance.amount) / Double(refill.wholeNanoseconds / 1000)
            var level = 0.0
            var last: Int64 = 0
            for each in counted + [Counted(at: now, amount: 0, id: 0)] {
                level = max(0, level - Double(each.at - last) * perMicrosecond) + Double(each.amount)
                last = each.at
            }
            return Int((level - 1e-5).rounded(.up))
        case .open: return 0
        }
    }

    func held(_ now: Int64) -> Int { holds.filter { lease == nil || $0.until > now }.reduce(0) { $0 + $1.amount } }

    func left(_ now: Int64) -> Int { allowance.capacity - taken(now) - held(now) }

    func admits(_ demand: QuotaDemand, _ now: Int64) -> Bool {
        let isIdle = allowance.isMetered && taken(now) == 0 && held(now) == 0
        return demand.isShadow || demand.amount == 0 || isIdle || left(now) >= demand.amountMin
    }

    mutating func take(_ demand: QuotaDemand, granted amount: Int, id: Int, _ now: Int64) {
        if allowance.isHeld {
            holds.append(Hold(id: id, amount: amount, until: now + (lease ?? 0)))
        } else {
            counted.append(Counted(at: now, amount: amount, id: id))
        }
    }

    mutating func settle(_ id: Int, actual: Int, _ now: Int64) {
        if allowance.isMetered {
            counted.append(Counted(at: now, amount: actual, id: id))
        } else if allowance.measure == .requests, actual == 0 {
            counted.removeAll { $0.id == id }
        }
        holds.removeAll { $0.id == id }
    }
}
