/// Writes fields one behind the other, to be read back in the same order by `ByteFieldReader`. Numbers have eight bytes, the highest first.
struct ByteFieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ number: Int) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func append(_ field: [UInt8]) {
        append(field.count)
        bytes += field
    }

    mutating func append(_ text: String) { append(Array(text.utf8)) }

    mutating func append(_ text: String?) {
        append(text == nil ? 0 : 1 as UInt8)
        if let text { append(text) }
    }

    mutating func append(_ numbers: [Int]) {
        append(numbers.count)
        for number in numbers { append(number) }
    }
}

/// Reads what `ByteFieldWriter` wrote. Everything is nil once something was not there; nothing is read beyond the end.
struct ByteFieldReader {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var isBroken = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { !isBroken && position == bytes.count }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard !isBroken, count >= 0, count <= bytes.count - position else {
            isBroken = true
            return nil
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func byte() -> UInt8? { take(1)?.first }

    mutating func number() -> Int? { take(8)?.reduce(0) { $0 << 8 | Int($1) } }

    mutating func field() -> [UInt8]? { number().flatMap { take($0) }.map { Array($0) } }

    mutating func text() -> String? { field().flatMap { String(validating: $0, as: UTF8.self) } }

    /// The outer nil: it is not there. The inner: it was nil.
    mutating func optionalText() -> String?? {
        switch byte() {
        case 0: .some(nil)
        case 1: text().map { .some($0) }
        default: nil
        }
    }

    /// - Parameter countMax: with more it is broken.
    mutating func numbers(countMax: Int) -> [Int]? {
        guard let count = number(), (0...countMax).contains(count) else {
            isBroken = true
            return nil
        }
        var numbers: [Int] = []
        for _ in 0..<count {
            guard let number = number() else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
