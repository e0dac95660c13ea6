/// Pictures, signatures and encrypted reasoning in a file for people: the first letters, how many there were, and a sum over all of them.
enum GoldenShortening {
    /// Letters of base64 in a row, from which on they are shortened.
    private static let lengthMax = 160
    private static let kept = 24

    static func shortened(_ text: String) -> String {
        var result: [UInt8] = []
        var run: [UInt8] = []
        for byte in text.utf8 {
            if isBase64(byte) {
                run.append(byte)
            } else {
                flush(&run, to: &result)
                result.append(byte)
            }
        }
        flush(&run, to: &result)
        return String(decoding: result, as: UTF8.self)
    }

    private static func flush(_ run: inout [UInt8], to result: inout [UInt8]) {
        result += run.count > lengthMax ? run.prefix(kept) + Array("…(\(run.count) letters, sum \(sum(run)))".utf8) : run
        run = []
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// FNV-1a, 64 bits.
    private static func sum(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
