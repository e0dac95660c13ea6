/// The bytes of a line in the making, in memory that serves one line after another. Belongs to one thread.
///
/// An array would ask before each of a hundred additions whether it is the only owner of its memory, which came to half of what a line cost.
@safe
final class LineBuffer {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 2 << 10) {
        precondition(capacity > 0)
        self.capacity = capacity
        unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    }

    deinit { unsafe base.deallocate() }

    func clear() { count = 0 }

    /// Adds what there is to `bytes`.
    func append(to bytes: inout [UInt8]) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    // MARK: - Additions

    @inline(__always)
    func append(_ byte: UInt8) {
        makeRoom(1)
        unsafe base[count] = byte
        count &+= 1
    }

    func append(_ text: StaticString) {
        makeRoom(text.utf8CodeUnitCount)
        unsafe (base + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        count &+= text.utf8CodeUnitCount
    }

    func append(_ text: String) {
        unsafe text.utf8.span.withUnsafeBufferPointer { text in
            makeRoom(text.count)
            guard let start = text.baseAddress else { return }
            unsafe (base + count).update(from: start, count: text.count)
            count &+= text.count
        }
    }

    /// Adds a text of printable ASCII without quotes or backslashes, as nearly all values are.
    ///
    /// - Returns: false for any other, of which nothing is added.
    func appendIfPlain(_ text: String) -> Bool {
        unsafe text.utf8.span.withUnsafeBytes { text in
            guard unsafe Self.isPlain(text) else { return false }
            makeRoom(text.count)
            guard let start = text.baseAddress else { return true }
            unsafe UnsafeMutableRawPointer(base + count).copyMemory(from: start, byteCount: text.count)
            count &+= text.count
            return true
        }
    }

    /// Eight bytes at a time: the high bit of a byte comes out as 1 where it may not stand as it is ("Bit Twiddling Hacks", hasless and haszero).
    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var at = 0
        while at &+ 8 <= text.count {
            let word = unsafe text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let quotes = word ^ ones &* 0x22
            let backslashes = word ^ ones &* 0x5C
            let deletes = word ^ ones &* 0x7F
            let controls = (word &- ones &* 0x20) & ~word
            let specials = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (deletes &- ones) & ~deletes
            guard (specials | controls | word) & (ones &* 0x80) == 0 else { return false }
            at &+= 8
        }
        while at < text.count {
            let byte = unsafe text[at]
            if byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C { return false }
            at &+= 1
        }
        return true
    }

    private func makeRoom(_ more: Int) {
        if capacity &- count < more { grow(more) }
    }

    @inline(never)
    private func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe moved.moveInitialize(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = moved
        capacity = larger
    }
}

extension LineBuffer: DecimalSink {}
