import CScan

/// The module's raw memory accesses, all of them reads inside a span whose length has just been checked.
///
/// The search for the end of a string is for three kinds of byte at once, because a string with a bare control byte must be refused: `memchr` would find
/// the quote only, and a second pass costs more than 16 bytes at a time cost here. Comparisons are spelled as subtractions, since SIMD
/// comparisons of bytes compile to one branch per lane (Swift 6.3) and arithmetic to one instruction. What is long goes to `CScan` first, which
/// does the same 64 bytes at a time where the CPU can.
enum ByteSearch {
    /// The index of the first quote, backslash or control byte at or behind `start`; `text.count` when there is none.
    @inline(__always)
    static func stringStop(in text: Span<UInt8>, from start: Int) -> Int {
        let at = nearStop(in: text, from: start)
        return at == start &+ 16 ? farStop(in: text, from: at) : at
    }

    /// As `stringStop`, but gives up behind 16 bytes and returns the index of the next one.
    @inline(__always)
    static func nearStop(in text: Span<UInt8>, from start: Int) -> Int {
        guard start &+ 16 <= text.count else { return tailStop(in: text, from: start) }
        let words = unsafe unsafeBitCast(stops(in: load(text, start)), to: SIMD2<UInt64>.self)
        if words[0] != 0 { return start &+ firstByte(words[0]) }
        if words[1] != 0 { return start &+ 8 &+ firstByte(words[1]) }
        return start &+ 16
    }

    /// Which of the 64 bytes from `start` on are quotes, backslashes or control bytes: bit n for the byte at `start + n`.
    ///
    /// - Precondition: `text` has them.
    @inline(__always)
    static func blockStops(in text: Span<UInt8>, from start: Int) -> UInt64 {
        let first = stops(in: load(text, start))
        let second = stops(in: load(text, start &+ 16))
        let third = stops(in: load(text, start &+ 32))
        let fourth = stops(in: load(text, start &+ 48))
        let any = unsafe unsafeBitCast(first | second | third | fourth, to: SIMD2<UInt64>.self)
        if any[0] | any[1] == 0 { return 0 }
        return bits(first) | bits(second) &<< 16 | bits(third) &<< 32 | bits(fourth) &<< 48
    }

    /// The end of a string, from somewhere inside it but not inside an escape: `at` is moved to the closing quote, or to somewhere before it when less
    /// than 64 bytes are left or something in between may not stand there.
    ///
    /// - Returns: whether the quote was found, and whether there are escapes before it.
    @inline(__always)
    static func skipBlocks(of text: Span<UInt8>, _ at: inout Int) -> (isClosed: Bool, hasEscapes: Bool) {
        guard at &+ 64 <= text.count else { return (false, false) }
        let end = unsafe text.withUnsafeBufferPointer { bytes in unsafe cscan_string(bytes.baseAddress, at, bytes.count) }
        at = end.at
        return (end.is_closed != 0, end.has_escapes != 0)
    }

    @inline(never)
    private static func farStop(in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at &+ 64 <= text.count {
            let stops = blockStops(in: text, from: at)
            if stops != 0 { return at &+ stops.trailingZeroBitCount }
            at &+= 64
        }
        while at &+ 16 <= text.count {
            let near = nearStop(in: text, from: at)
            if near < at &+ 16 { return near }
            at = near
        }
        return tailStop(in: text, from: at)
    }

    @inline(never)
    private static func tailStop(in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at < text.count, text[at] != .quote, text[at] != .backslash, text[at] >= 0x20 { at &+= 1 }
        return at
    }

    /// The index of the first place at or behind `start` where `word` stands; nil when there is none.
    ///
    /// Many places at a time are looked at for the two bytes of the word at `rare`, which should be seldom seen together in what is searched.
    static func index(of word: Span<UInt8>, rare: Int, in text: Span<UInt8>, from start: Int) -> Int? {
        let first = SIMD16<UInt8>(repeating: word[rare])
        let second = SIMD16<UInt8>(repeating: word[rare + 1])
        let last = text.count - word.count
        var at = start
        while at &+ rare &+ 65 <= text.count {
            let pair = unsafe text.withUnsafeBufferPointer { bytes in
                unsafe cscan_pair(bytes.baseAddress, at &+ rare, bytes.count, word[rare], word[rare + 1])
            }
            at = pair &- rare
            // Where there is none, the place returned may be the last of the text.
            guard pair &+ 1 < text.count, text[pair] == word[rare], text[pair &+ 1] == word[rare + 1] else { break }
            if at <= last, stands(word, in: text, at: at) { return at }
            at &+= 1
        }
        // The second load ends with the byte at `at + rare + 16`.
        while at &+ rare &+ 17 <= text.count {
            let lanes = (load(text, at &+ rare) ^ first) | (load(text, at &+ rare &+ 1) ^ second)
            let hits = (lanes &- SIMD16(repeating: 1)) & ~lanes & SIMD16(repeating: 0x80)
            let words = unsafe unsafeBitCast(hits, to: SIMD2<UInt64>.self)
            if words[0] | words[1] != 0 {
                var places = bits(hits)
                while places != 0 {
                    let place = at &+ places.trailingZeroBitCount
                    if place <= last, stands(word, in: text, at: place) { return place }
                    places &= places &- 1
                }
            }
            at &+= 16
        }
        while at <= last {
            if stands(word, in: text, at: at) { return at }
            at &+= 1
        }
        return nil
    }

    /// - Precondition: both have as many bytes.
    @inline(__always)
    static func areEqual(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
        let count = first.count
        precondition(second.count == count, "only what is equally long can be equal")
        guard count >= 8 else {
            for index in 0..<count where first[index] != second[index] { return false }
            return true
        }
        // Eight bytes at a time; the last step may look at some of them again.
        var at = 0
        while at &+ 8 < count {
            if word(first, at) != word(second, at) { return false }
            at &+= 8
        }
        return word(first, count &- 8) == word(second, count &- 8)
    }

    /// - Precondition: 8 bytes of `text` follow `at`.
    @inline(__always)
    private static func word(_ text: Span<UInt8>, _ at: Int) -> UInt64 {
        unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self)
    }

    private static func stands(_ word: Span<UInt8>, in text: Span<UInt8>, at place: Int) -> Bool {
        for index in word.indices where text[place &+ index] != word[index] { return false }
        return true
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

    /// The high bits of 16 lanes, gathered by two multiplications.
    @inline(__always)
    private static func bits(_ stops: SIMD16<UInt8>) -> UInt64 {
        let words = unsafe unsafeBitCast(stops, to: SIMD2<UInt64>.self)
        let gather: UInt64 = 0x0002_0408_1020_4081
        return (words[0].littleEndian &* gather) &>> 56 | ((words[1].littleEndian &* gather) &>> 56) &<< 8
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
