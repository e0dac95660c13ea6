/// Names of header fields to look for, made ready once: what each field of a head is compared with costs no strings.
package struct FieldNames: Sendable, ExpressibleByArrayLiteral {
    package let names: [String]
    /// The names one behind the other, and where each begins; one more, where the last ends.
    private let spellings: [UInt8]
    private let starts: [Int]
    /// Bit n is set when a name of n bytes is wanted (63 stands for 63 and more): turns most names away at once.
    private let lengths: UInt64

    /// - Parameter names: in lower case.
    package init(_ names: [String]) {
        self.names = names
        spellings = names.flatMap { Array($0.utf8) }
        starts = names.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.utf8.count) }
        lengths = names.reduce(0) { $0 | Self.bit($1.utf8.count) }
    }

    package init(arrayLiteral names: String...) { self.init(names) }

    fileprivate func place(of name: Range<Int>, in bytes: Span<UInt8>) -> Int? {
        guard lengths & Self.bit(name.count) != 0 else { return nil }
        let spellings = spellings.span
        let starts = starts.span
        for index in 0..<(starts.count - 1) where starts[index + 1] - starts[index] == name.count {
            if areEqual(bytes.extracting(name), spellings.extracting(starts[index]..<starts[index + 1])) { return index }
        }
        return nil
    }

    private static func bit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }
}

extension HeaderFields {
    /// Which of `names` the field at this position has.
    package func place(at index: Int, among names: FieldNames) -> Int? { names.place(of: entries[index].name, in: bytes.span) }
}
