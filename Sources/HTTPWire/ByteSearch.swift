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

extension [UInt8] {
    /// Appends the bytes of `text` in one copy.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { unsafe append(contentsOf: $0) }
    }
}
