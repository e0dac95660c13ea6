/// The content of a compiled zone file.
///
/// - SeeAlso: RFC 8536, section 3
struct TimeZoneFile {
    private struct Counts {
        let (isUTC, isStandard, leaps, times, types, characters): (Int, Int, Int, Int, Int, Int)

        /// Bytes of the data block behind the header, whose times have `width` bytes.
        func bytes(width: Int) -> Int { times * width + times + types * 6 + characters + leaps * (width + 4) + isStandard + isUTC }
    }

    private static let headerBytes = 44
    /// A zone with the longest history has some 250 changes.
    private static let countMax = 10_000

    let starts: [Int]
    /// One more than `starts`.
    let offsets: [Int]
    /// A rule for what comes after, in POSIX form.
    let footer: String

    /// - Returns: nil for anything but a whole file of version 2 or later.
    init?(_ bytes: [UInt8]) {
        guard let old = Self.header(bytes, at: 0) else { return nil }
        // The first block has 32-bit times, for old readers; a second header follows.
        let second = Self.headerBytes + old.bytes(width: 4)
        guard let counts = Self.header(bytes, at: second) else { return nil }
        let data = second + Self.headerBytes
        let end = data + counts.bytes(width: 8)
        guard counts.types > 0, end <= bytes.count else { return nil }
        let indices = data + counts.times * 8
        let types = indices + counts.times
        func offset(_ type: Int) -> Int? { type < counts.types ? Self.number(bytes, at: types + type * 6, width: 4) : nil }
        starts = (0..<counts.times).map { Self.number(bytes, at: data + $0 * 8, width: 8) }
        guard zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        let found = [offset(0)] + (0..<counts.times).map { offset(Int(bytes[indices + $0])) }
        offsets = found.compactMap { $0 }
        guard offsets.count == found.count, offsets.allSatisfy({ abs($0) < 2 * 86_400 }) else { return nil }
        footer = String(decoding: bytes[end...].dropFirst().prefix { $0 != UInt8(ascii: "\n") }.prefix(100), as: UTF8.self)
    }

    private static func header(_ bytes: [UInt8], at start: Int) -> Counts? {
        guard start + headerBytes <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8), bytes[start + 4] >= UInt8(ascii: "2") else {
            return nil
        }
        let numbers = (0..<6).map { number(bytes, at: start + 20 + $0 * 4, width: 4) }
        guard numbers.allSatisfy({ (0...countMax).contains($0) }) else { return nil }
        return Counts(
            isUTC: numbers[0], isStandard: numbers[1], leaps: numbers[2], times: numbers[3], types: numbers[4], characters: numbers[5])
    }

    /// A signed number, the most significant byte first.
    private static func number(_ bytes: [UInt8], at start: Int, width: Int) -> Int {
        let raw = bytes[start..<start + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return width == 8 ? Int(Int64(bitPattern: raw)) : Int(Int32(truncatingIfNeeded: raw))
    }

}
