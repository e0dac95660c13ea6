/// Base64 with padding.
///
/// - SeeAlso: RFC 4648, section 4
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        // The alphabet for file names and URLs, section 5.
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    package static func encoded(_ bytes: some Collection<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 1
            guard held == 3 else { continue }
            for shift in [18, 12, 6, 0] { output.append(alphabet[Int(bits >> UInt32(shift) & 63)]) }
            (bits, held) = (0, 0)
        }
        if held > 0 {
            bits <<= UInt32(8 * (3 - held))
            for place in 0..<4 { output.append(place <= held ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : padding) }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Takes both alphabets, with padding or without.
    ///
    /// - Returns: nil for anything else.
    package static func decoded(_ text: String) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        var paddings = 0
        for letter in text.utf8 {
            if letter == padding {
                paddings += 1
                continue
            }
            let value = values[Int(letter)]
            guard value != 0xFF, paddings == 0 else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            output.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            bits &= (1 << UInt32(held)) - 1
        }
        return paddings <= 2 && held < 6 && bits == 0 ? output : nil
    }
}
