/// The module's raw memory accesses, all of them reads inside a span whose length has just been checked.
///
/// The search is for three kinds of byte at once, because a string with a bare control byte must be refused: `memchr` would find
/// the quote only, and a second pass costs more than 16 bytes at a time cost here. Comparisons are spelled as subtractions, since SIMD
/// comparisons of bytes compile to one branch per lane (Swift 6.3) and arithmetic to one instruction. Nothing depends on the CPU.
enum ByteSearch {
    /// The index of the first quote, backslash or control byte at or behind `start`; `text.count` when there is none.
    @inline(__always)
    static func stringStop(in text: Span<UInt8>, from start: Int) -> Int {
        guard start &+ 16 <= text.count else { return tailStop(in: text, from: start) }
        let words = unsafe unsafeBitCast(stops(in: load(text, start)), to: SIMD2<UInt64>.self)
        if words[0] != 0 { return start &+ firstByte(words[0]) }
        if words[1] != 0 { return start &+ 8 &+ firstByte(words[1]) }
        return longStringStop(in: text, from: start &+ 16)
    }

    @inline(never)
    private static func longStringStop(in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at &+ 32 <= text.count {
            let first = stops(in: load(text, at))
            let second = stops(in: load(text, at &+ 16))
            let either = unsafe unsafeBitCast(first | second, to: SIMD2<UInt64>.self)
            if either[0] | either[1] != 0 {
                let lane = unsafe position(unsafeBitCast(first, to: SIMD2.self), unsafeBitCast(second, to: SIMD2.self))
                return at &+ lane
            }
            at &+= 32
        }
        while at &+ 16 <= text.count {
            let words = unsafe unsafeBitCast(stops(in: load(text, at)), to: SIMD2<UInt64>.self)
            if words[0] != 0 { return at &+ firstByte(words[0]) }
            if words[1] != 0 { return at &+ 8 &+ firstByte(words[1]) }
            at &+= 16
        }
        return tailStop(in: text, from: at)
    }

    @inline(__always)
    private static func position(_ first: SIMD2<UInt64>, _ second: SIMD2<UInt64>) -> Int {
        if first[0] != 0 { return firstByte(first[0]) }
        if first[1] != 0 { return 8 &+ firstByte(first[1]) }
        if second[0] != 0 { return 16 &+ firstByte(second[0]) }
        return 24 &+ firstByte(second[1])
    }

    @inline(never)
    private static func tailStop(in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at < text.count, text[at] != .quote, text[at] != .backslash, text[at] >= 0x20 { at &+= 1 }
        return at
    }

    /// - Precondition: 16 bytes of `text` follow `at`.
    @inline(__always)
    private static func load(_ text: Span<UInt8>, _ at: Int) -> SIMD16<UInt8> {
        unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: SIMD16<UInt8>.self)
    }

    /// 0x80 in the lanes that hold a stop, 0 in the others.
    ///
    /// `x &- n & ~x` has its high bit set exactly when the byte x, below 0x80, is below n.
    @inline(__always)
    private static func stops(in lanes: SIMD16<UInt8>) -> SIMD16<UInt8> {
        let quotes = lanes ^ SIMD16(repeating: .quote)
        let backslashes = lanes ^ SIMD16(repeating: .backslash)
        let one = SIMD16<UInt8>(repeating: 1)
        let controls = (lanes &- SIMD16(repeating: 0x20)) & ~lanes
        return ((quotes &- one) & ~quotes | (backslashes &- one) & ~backslashes | controls) & SIMD16(repeating: 0x80)
    }

    /// The position, in memory order, of the first byte that is not 0.
    @inline(__always)
    private static func firstByte(_ word: UInt64) -> Int { word.littleEndian.trailingZeroBitCount &>> 3 }
}

extension [UInt8] {
    /// Appends a part of a text in one copy. A slice of an array would do, at the price of counting references to it.
    @inline(__always)
    mutating func append(_ text: Span<UInt8>, _ range: Range<Int>) {
        unsafe text.extracting(range).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
