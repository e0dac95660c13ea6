// The only file of this module that says `unsafe`.
//
// `memchr` finds a line end at tens of gigabytes per second; a checked loop over a span reaches one. Answers with whole images or
// signatures in one event are why that matters.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where `byte` stands first within `range`, or nil.
///
/// - Precondition: `range` lies within `bytes`.
func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    if range.isEmpty { return nil }
    return unsafe bytes.extracting(range).withUnsafeBufferPointer { part -> Int? in
        // `extracting` has checked the range; memchr reads at most `part.count` bytes and keeps no pointer.
        guard let base = part.baseAddress, let hit = unsafe memchr(base, Int32(byte), part.count) else { return nil }
        return unsafe range.lowerBound + UnsafeRawPointer(base).distance(to: UnsafeRawPointer(hit))
    }
}

/// Whether both have the same bytes.
func areEqual(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
    guard first.count == second.count else { return false }
    return unsafe first.withUnsafeBufferPointer { first in
        unsafe second.withUnsafeBufferPointer { second in
            guard let one = first.baseAddress, let other = second.baseAddress else { return true }
            return unsafe memcmp(one, other, first.count) == 0
        }
    }
}

extension MutableSpan where Element == UInt8 {
    /// Turns the letters at `range` into lower case.
    mutating func lowercase(_ range: Range<Int>) {
        unsafe withUnsafeMutableBytes { bytes in
            precondition(range.upperBound <= bytes.count, "a range outside of the text")
            var index = range.lowerBound
            while index &+ 8 <= range.upperBound {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let capitals = EightBytes.areAtLeast(0x41, word) & ~EightBytes.areAtLeast(0x5B, word) & ~word & eachByte(0x80)
                // The bit that tells lower case from upper is two below the highest.
                if capitals != 0 { unsafe bytes.storeBytes(of: word | capitals >> 2, toByteOffset: index, as: UInt64.self) }
                index &+= 8
            }
            while index < range.upperBound {
                unsafe bytes[index] = unsafe bytes[index].lowercased
                index &+= 1
            }
        }
    }
}

/// One bit at the same place of each byte of a word.
private func eachByte(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

/// Looks at eight bytes at once. A byte's high bit comes out as 1 where the answer is yes ("Bit Twiddling Hacks", hasless and haszero); bytes
/// must not have it set themselves.
private enum EightBytes {
    /// Bytes of at least `least`, which is 1 to 127.
    @inline(__always)
    static func areAtLeast(_ least: UInt8, _ word: UInt64) -> UInt64 { (word | eachByte(0x80)) &- eachByte(least) }

    /// Letters in either case and hyphens: what almost every field name is made of.
    @inline(__always)
    static func areOfNames(_ word: UInt64) -> Bool {
        let lowered = word | eachByte(0x20)
        let letters = areAtLeast(0x61, lowered) & ~areAtLeast(0x7B, lowered)
        let others = areAtLeast(1, word ^ eachByte(0x2D))
        return (letters | ~others) & ~word & eachByte(0x80) == eachByte(0x80)
    }

    /// SP and visible ASCII.
    @inline(__always)
    static func areVisible(_ word: UInt64) -> Bool {
        areAtLeast(0x20, word) & areAtLeast(1, word ^ eachByte(0x7F)) & ~word & eachByte(0x80) == eachByte(0x80)
    }
}

extension Span where Element == UInt8 {
    /// How many bytes at the start are SP or visible ASCII, as far as that can be seen without looking at single ones. Others may follow that are so
    /// too.
    var visiblePrefixCount: Int { prefixCount { EightBytes.areVisible($0) } }

    /// How many bytes at the start are letters or hyphens, likewise.
    var namePrefixCount: Int { prefixCount { EightBytes.areOfNames($0) } }

    @inline(__always)
    private func prefixCount(_ isSo: (UInt64) -> Bool) -> Int {
        unsafe withUnsafeBytes { bytes -> Int in
            var index = 0
            while index &+ 8 <= bytes.count {
                guard isSo(unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else { return index }
                index &+= 8
            }
            // The last eight again, rather than up to seven one by one.
            guard index > 0, index < bytes.count, isSo(unsafe bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self)) else {
                return index
            }
            return bytes.count
        }
    }
}

extension [UInt8] {
    /// Appends the bytes of `text` in one copy.
    mutating func append(text: String) {
        // Not `withUTF8`, which wants a copy that may be changed: a count up and down for each piece of a head.
        unsafe text.utf8.span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension OutputSpan where Element == UInt8 {
    /// Appends the bytes of `text` in one copy.
    mutating func append(text: String) {
        let span = text.utf8.span
        unsafe span.withUnsafeBufferPointer { source in
            unsafe withUnsafeMutableBufferPointer { room, count in
                precondition(source.count <= room.count - count, "a head's length is known before it is written")
                guard let from = source.baseAddress, let base = room.baseAddress else { return }
                unsafe (base + count).update(from: from, count: source.count)
                count += source.count
            }
        }
    }

    /// Appends a field line whose name is of letters and hyphens, and whose value of visible ASCII: what almost every one is made of.
    ///
    /// - Returns: false for any other, of which nothing is appended.
    mutating func appendPlain(field name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        guard name.count > 0 else { return false }
        return unsafe name.withUnsafeBytes { name in
            unsafe value.withUnsafeBytes { value in
                unsafe withUnsafeMutableBufferPointer { room, count in
                    let length = name.count &+ value.count &+ 4
                    precondition(length <= room.count - count, "a head's length is known before it is written")
                    guard let base = room.baseAddress else { return false }
                    let line = unsafe UnsafeMutableRawPointer(base + count)
                    guard unsafe copyPlain(name, to: line, EightBytes.areOfNames) else { return false }
                    let behind = unsafe line + name.count
                    unsafe behind.storeBytes(of: UInt16(littleEndian: 0x203A), as: UInt16.self)
                    guard unsafe copyPlain(value, to: behind + 2, EightBytes.areVisible) else { return false }
                    unsafe (behind + 2 + value.count).storeBytes(of: UInt16(littleEndian: 0x0A0D), as: UInt16.self)
                    count += length
                    return true
                }
            }
        }
    }
}

/// Copies `text` as long as each byte is one that `isSo` says yes to. Nothing counts of what was copied when one is not.
@inline(__always)
private func copyPlain(_ text: UnsafeRawBufferPointer, to room: UnsafeMutableRawPointer, _ isSo: (UInt64) -> Bool) -> Bool {
    var index = 0
    while index &+ 8 <= text.count {
        let word = unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        guard isSo(word) else { return false }
        unsafe room.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
        index &+= 8
    }
    guard index < text.count else { return true }
    if index > 0 {
        // The last eight again, rather than up to seven one by one.
        let last = text.count &- 8
        let word = unsafe text.loadUnaligned(fromByteOffset: last, as: UInt64.self)
        unsafe room.storeBytes(of: word, toByteOffset: last, as: UInt64.self)
        return isSo(word)
    }
    // A short one is filled up with a letter, which is always allowed.
    var word = eachByte(0x61)
    while index < text.count {
        let byte = unsafe text[index]
        unsafe room.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        word = word << 8 | UInt64(byte)
        index &+= 1
    }
    return isSo(word)
}
