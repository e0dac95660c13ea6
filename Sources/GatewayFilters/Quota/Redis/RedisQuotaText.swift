import Crypto
import GatewayCore

/// Counters and amounts as the scripts read them.
struct RedisQuotaText {
    /// Keys longer than this are replaced by a hash: claims may say anything.
    private static let keyBytesMax = 256

    /// In front of all keys. The connection adds what keeps them on one node of a cluster.
    let prefix: String

    /// The keys of a counter: its state, and what is held of it.
    func keys(_ key: QuotaKey) -> (state: [UInt8], holds: [UInt8]) {
        var name = key.counter + "/" + Self.text(key.subject)
        if name.utf8.count > Self.keyBytesMax { name = "#" + SHA256.hash(data: Array(name.utf8)).map { Self.hex($0) }.joined() }
        return (Array((prefix + name).utf8), Array((prefix + name + " holds").utf8))
    }

    /// Where the last batch of a worker is noted.
    func batchKey(worker: String) -> [UInt8] { Array((prefix + "batch " + worker).utf8) }

    func demand(_ demand: QuotaDemand, unix: Int) -> [UInt8] {
        let isPart = if case .part = demand.room { "p" } else { "w" }
        return line(
            demand.allowance, need: demand.amount, least: demand.amountMin, flags: "\(isPart) \(demand.isShadow ? 1 : 0)", id: "-", age: 0,
            unix: unix)
    }

    /// - Parameters:
    ///   - id: of the reservation; nil for what was used without one.
    ///   - held: what the reservation holds.
    ///   - age: how long ago it was used.
    func entry(_ allowance: QuotaAllowance, id: String?, held: Int, actual: Int, age: Duration, unix: Int) -> [UInt8] {
        line(allowance, need: actual, least: held, flags: "w 0", id: id ?? "-", age: max(0, age.wholeNanoseconds / 1000), unix: unix)
    }

    /// What is in the sorted set for an open call.
    func member(id: String, amount: Int) -> [UInt8] { Array("\(id) \(amount)".utf8) }

    private func line(
        _ allowance: QuotaAllowance, need: Int, least: Int, flags: String, id: String, age: Int64, unix: Int
    ) -> [UInt8] {
        var text = "\(Self.kind(allowance)) \(allowance.amount) \(allowance.capacity) \(Self.windowMicroseconds(allowance)) \(need) \(least) "
        text += "\(flags) \(id) \(age)"
        if case .calendar(let window) = allowance.window {
            // Redis' clock says which of these it is: the one of this machine may go wrong by a whole day.
            let current = window.bounds(around: unix)
            let (before, after) = (window.bounds(around: current.lowerBound - 1), window.bounds(around: current.upperBound))
            text += " \(before.lowerBound) \(current.lowerBound) \(after.lowerBound) \(after.upperBound)"
        }
        return Array(text.utf8)
    }

    private static func kind(_ allowance: QuotaAllowance) -> String {
        let window =
            switch allowance.window {
            case .sliding: "s"
            case .fixed: "f"
            case .calendar: "c"
            case .bucket: "b"
            case .open: "o"
            }
        switch allowance.measure {
        case .requests: return window + " r"
        case .tokens, .money: return window + " m"
        case .atOnce: return window + " a"
        }
    }

    private static func windowMicroseconds(_ allowance: QuotaAllowance) -> Int64 {
        switch allowance.window {
        case .sliding(let length), .fixed(let length), .bucket(_, let length): length.wholeNanoseconds / 1000
        case .calendar, .open: 0
        }
    }

    private static func text(_ subject: QuotaSubject) -> String {
        switch subject {
        case .everyone: "everyone"
        case .anonymous: "anonymous"
        case .caller(let name): "caller \(name)"
        case .team(let name): "team \(name)"
        case .route(let name): "route \(name)"
        case .model(let name): "model \(name)"
        case .otherModels: "other models"
        case .claim(let value): "claim \(value)"
        case .withoutClaim: "without claim"
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }
}
