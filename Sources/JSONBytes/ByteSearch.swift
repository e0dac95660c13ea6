/// The module's raw memory accesses, all of them reads inside a span whose length has just been checked.
///
/// The search is for three kinds of byte at once, because a string with a bare control byte must be refused: `memchr` would find
/// the quote only, and a second pass costs more than 16 bytes at a time cost here. SSE2 or NEON is enough, so nothing depends on the CPU.
enum ByteSearch {
    /// The index of the first quote, backslash or control byte at or behind `start`; `text.count` when there is none.
    @inline(__always)
    static func stringStop(in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        if at &+ 16 <= text.count {
            let lane = firstStop(in: load(text, at))
            if lane < 16 { return at &+ lane }
            at &+= 16
            return longStringStop(in: text, from: at)
        }
        while at < text.count, !isStop(text[at]) { at &+= 1 }
        return at
    }

    @inline(never)
    private static func longStringStop(in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at &+ 64 <= text.count {
            let firstHalf = stops(in: load(text, at)) | stops(in: load(text, at &+ 16))
            let secondHalf = stops(in: load(text, at &+ 32)) | stops(in: load(text, at &+ 48))
            let words = unsafe unsafeBitCast(firstHalf | secondHalf, to: SIMD2<UInt64>.self)
            if words[0] | words[1] != 0 { break }
            at &+= 64
        }
        while at &+ 16 <= text.count {
            let lane = firstStop(in: load(text, at))
            if lane < 16 { return at &+ lane }
            at &+= 16
        }
        while at < text.count, !isStop(text[at]) { at &+= 1 }
        return at
    }

    @inline(__always)
    private static func isStop(_ byte: UInt8) -> Bool { byte == .quote || byte == .backslash || byte < 0x20 }

    @inline(__always)
    private static func load(_ text: Span<UInt8>, _ at: Int) -> SIMD16<UInt8> {
        unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: SIMD16<UInt8>.self)
    }

    /// All ones in the lanes that hold a stop.
    @inline(__always)
    private static func stops(in lanes: SIMD16<UInt8>) -> SIMD16<Int8> {
        let quotes = lanes .== SIMD16(repeating: UInt8.quote)
        let backslashes = lanes .== SIMD16(repeating: UInt8.backslash)
        let controls = lanes .< SIMD16(repeating: UInt8.space)
        let mask = quotes .| backslashes .| controls
        return unsafe unsafeBitCast(mask, to: SIMD16<Int8>.self)
    }

    /// 16 when no lane holds a stop.
    @inline(__always)
    private static func firstStop(in lanes: SIMD16<UInt8>) -> Int {
        let words = unsafe unsafeBitCast(stops(in: lanes), to: SIMD2<UInt64>.self)
        if words[0] != 0 { return words[0].littleEndian.trailingZeroBitCount / 8 }
        return 8 &+ words[1].littleEndian.trailingZeroBitCount / 8
    }
}
