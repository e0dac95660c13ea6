/// Base64 with the alphabet for URLs and without padding, in the one spelling that each run of bytes has.
///
/// - SeeAlso: RFC 7515, section 2; RFC 4648, section 3.5 (unused bits) and section 5
package enum Base64URL {
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package static func isLetter(_ byte: UInt8) -> Bool { values[Int(byte)] != 0xFF }

    /// - Returns: nil for padding, white space, letters of other alphabets, and unused bits that are set: a text that some other text
    ///   means too would be a second token with the same signature.
    package static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for letter in text {
            let value = values[Int(letter)]
            guard value != 0xFF else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            output.append(UInt8(truncatingIfNeeded: bits >> held))
            bits &= (1 << held) - 1
        }
        return held < 6 && bits == 0 ? output : nil
    }
}
