import Foundation

@testable import JSONBytes

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// True once in `n` times.
    mutating func once(in n: Int) -> Bool { below(n) == 0 }

    mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
}

/// How many inputs each property sees. `WEIR_FUZZ_INPUTS` raises it.
let fuzzInputs = ProcessInfo.processInfo.environment["WEIR_FUZZ_INPUTS"].flatMap(Int.init) ?? 4000

/// A seed of its own for each input, so that a failing one can be run alone.
let fuzzSeed: UInt64 = 20_261_122

/// Random trees, and random ways to spell them.
extension SeededRandom {
    private static let names = [
        "model", "messages", "a", "b", "c", "stream", "tools", "é", "key with space", "x/y", "x~y", "0", "1", "", "long_name_of_a_parameter",
    ]
    private static let numbers = ["0", "-0", "1", "1.0", "-17", "1e5", "1E+2", "0.1", "4096", "99999999999999999999", "1.5e-7", "-2.50", "1e999"]
    private static let fragments = [
        "a", "Hello", " ", "\n", "\"", "\\", "/", "é", "😀", "\u{0}", "\u{1F}", "\u{7F}", "\u{2028}", "}", "{", "[", ",", ":", "0123456789abcdef",
    ]

    mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 9 : 5) {
        case 0: return .null
        case 1: return .bool(once(in: 2))
        case 2: return .number(JSONNumber(pick(Self.numbers))!)
        case 3, 4: return .string(string())
        case 5, 6: return .array((0..<below(5)).map { _ in value(depth: depth - 1) })
        default: return .object(object(depth: depth - 1))
        }
    }

    mutating func object(depth: Int) -> JSONObject {
        var object = JSONObject()
        for _ in 0..<below(7) { object[pick(Self.names)] = value(depth: depth) }
        return object
    }

    mutating func string() -> String { (0..<below(once(in: 10) ? 40 : 4)).map { _ in pick(Self.fragments) }.joined() }

    /// The same value in some other spelling: shuffled members, white space anywhere, any escape that fits.
    mutating func spelled(_ value: JSONValue) -> String {
        let core: String
        switch value {
        case .object(let object):
            let members = object.members.shuffled(using: &self)
            core =
                "{" + space() + members.map { space() + quoted($0.name) + space() + ":" + spelled($0.value) }.joined(separator: ",") + space() + "}"
        case .array(let elements): core = "[" + space() + elements.map { spelled($0) }.joined(separator: ",") + "]"
        case .string(let string): core = quoted(string)
        default: core = String(decoding: value.written(), as: UTF8.self)
        }
        return space() + core + space()
    }

    private mutating func space() -> String { once(in: 3) ? pick([" ", "\n", "\t", "\r\n", "   "]) : "" }

    private mutating func quoted(_ string: String) -> String {
        "\"" + string.unicodeScalars.map { escaped($0) }.joined() + "\""
    }

    private mutating func escaped(_ scalar: Unicode.Scalar) -> String {
        let short: [Unicode.Scalar: String] = ["\n": "\\n", "\"": "\\\"", "\\": "\\\\", "/": "\\/"]
        if let short = short[scalar], once(in: 2) { return short }
        guard scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || once(in: 8) else { return String(scalar) }
        return String(scalar).utf16.map { String(format: once(in: 2) ? "\\u%04x" : "\\u%04X", $0) }.joined()
    }
}

/// Damage.
extension SeededRandom {
    private static let tokens =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "0", "-", "e", ".", "null", "true", " ", "\n", "\u{0}", "\"model\":1,",
            "\"mod\\u0065l\":2,",
        ]
        .map(bytes) + [[0xFF], [0xC3], [0x80], [0xEF, 0xBB, 0xBF]]

    mutating func mutated(_ body: [UInt8]) -> [UInt8] {
        var body = body
        for _ in 0...below(3) where !body.isEmpty {
            let at = below(body.count)
            switch below(7) {
            case 0: body[at] = UInt8(truncatingIfNeeded: next())
            case 1: body[at] ^= 1 << UInt8(below(8))
            case 2: body.remove(at: at)
            case 3: body.insert(contentsOf: pick(Self.tokens), at: at)
            case 4: body.removeSubrange(at..<min(body.count, at + 1 + below(20)))
            case 5: body.insert(contentsOf: body[at..<min(body.count, at + 1 + below(30))], at: below(body.count))
            default: body.removeLast(below(min(body.count, 10)))
            }
        }
        return body
    }
}
