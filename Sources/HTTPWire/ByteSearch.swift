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

extension Span where Element == UInt8 {
    /// How many bytes at the start, in steps of eight, are SP or visible ASCII. Others may follow that are so too.
    var visiblePrefixCount: Int {
        unsafe withUnsafeBytes { bytes -> Int in
            var index = 0
            while index &+ 8 <= bytes.count {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                // A byte's high bit comes out as 1 where it is below SP, DEL, or not ASCII ("Bit Twiddling Hacks", hasless and haszero).
                let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
                let isBelowSpace = (word &- 0x2020_2020_2020_2020) & ~word
                let isDelete = (delete &- 0x0101_0101_0101_0101) & ~delete
                guard (isBelowSpace | isDelete | word) & 0x8080_8080_8080_8080 == 0 else { return index }
                index &+= 8
            }
            return index
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
