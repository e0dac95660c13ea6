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
        let size = bytes.count &+ count
        if bytes.capacity < size { bytes.reserveCapacity(max(size, 2 &* bytes.capacity)) }
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

    /// Adds the name of a member with its quotes and colon, behind a comma unless it is the first.
    ///
    /// - Parameter name: it is not escaped.
    func append(name: StaticString, isFirst: Bool) {
        let length = name.utf8CodeUnitCount
        makeRoom(length &+ 4)
        if !isFirst { unsafe add(UInt8(ascii: ",")) }
        unsafe add(UInt8(ascii: "\""))
        unsafe addShort(UnsafeRawPointer(name.utf8Start), length)
        unsafe add(UInt8(ascii: "\""))
        unsafe add(UInt8(ascii: ":"))
    }

    func appendNull() {
        makeRoom(4)
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: UInt32(littleEndian: 0x6C6C_756E), as: UInt32.self)
        count &+= 4
    }

    /// Adds a text between quotes if it is printable ASCII without quotes or backslashes, as nearly all values are.
    ///
    /// - Returns: false for any other, of which nothing is added.
    func appendQuotedIfPlain(_ text: String) -> Bool {
        unsafe text.utf8.span.withUnsafeBytes { text in
            makeRoom(text.count &+ 2)
            let start = count
            unsafe add(UInt8(ascii: "\""))
            guard unsafe addIfPlain(text) else {
                count = start
                return false
            }
            unsafe add(UInt8(ascii: "\""))
            return true
        }
    }

    func appendPadded(_ value: UInt64, digits: Int) {
        makeRoom(digits)
        var at = count &+ digits
        var rest = value
        while at > count {
            at &-= 1
            unsafe base[at] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count &+= digits
    }

    // MARK: - Where there is room

    @unsafe @inline(__always)
    private func add(_ byte: UInt8) {
        unsafe base[count] = byte
        count &+= 1
    }

    /// Copies a few bytes: eight to sixteen, as most names have, are two words that may overlap.
    @unsafe @inline(__always)
    private func addShort(_ text: UnsafeRawPointer, _ length: Int) {
        let room = unsafe UnsafeMutableRawPointer(base + count)
        if length >= 8, length <= 16 {
            let last = length &- 8
            unsafe room.storeBytes(of: text.loadUnaligned(as: UInt64.self), as: UInt64.self)
            unsafe room.storeBytes(of: text.loadUnaligned(fromByteOffset: last, as: UInt64.self), toByteOffset: last, as: UInt64.self)
        } else if length >= 4, length < 8 {
            let last = length &- 4
            unsafe room.storeBytes(of: text.loadUnaligned(as: UInt32.self), as: UInt32.self)
            unsafe room.storeBytes(of: text.loadUnaligned(fromByteOffset: last, as: UInt32.self), toByteOffset: last, as: UInt32.self)
        } else {
            unsafe room.copyMemory(from: text, byteCount: length)
        }
        count &+= length
    }

    /// Copies eight bytes at a time, as long as all of them are plain. A text whose end is not is taken back by the caller.
    @unsafe @inline(__always)
    private func addIfPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let room = unsafe UnsafeMutableRawPointer(base + count)
        var at = 0
        while at &+ 8 <= text.count {
            let word = unsafe text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard Self.isPlain(word) else { return false }
            unsafe room.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
            at &+= 8
        }
        while at < text.count {
            let byte = unsafe text[at]
            if byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C { return false }
            unsafe room.storeBytes(of: byte, toByteOffset: at, as: UInt8.self)
            at &+= 1
        }
        count &+= text.count
        return true
    }

    /// Whether eight bytes may stand in a string as they are: the high bit of a byte comes out as 1 where it may not ("Bit Twiddling Hacks", hasless
    /// and haszero).
    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ ones &* 0x22
        let backslashes = word ^ ones &* 0x5C
        let deletes = word ^ ones &* 0x7F
        let controls = (word &- ones &* 0x20) & ~word
        let specials = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (deletes &- ones) & ~deletes
        return (specials | controls | word) & (ones &* 0x80) == 0
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
