/// The header fields of one request, in the order received.
///
/// Holds one copy of the head's bytes and where each name and value stands in it: looking up a field allocates nothing until
/// its value is asked for as a `String`. Names are kept in lower case, values without the white space around them.
package struct HeaderFields: Sendable {
    /// Where one field stands in `bytes`. Four words of 32 bits: a head stays within 1 GiB.
    struct Entry: Sendable, Equatable {
        private let nameStart, nameEnd, valueStart, valueEnd: UInt32

        init(name: Range<Int>, value: Range<Int>) {
            nameStart = UInt32(name.lowerBound)
            nameEnd = UInt32(name.upperBound)
            valueStart = UInt32(value.lowerBound)
            valueEnd = UInt32(value.upperBound)
        }

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var nameCount: Int { Int(nameEnd &- nameStart) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    let bytes: [UInt8]
    let entries: [Entry]
    /// Bit n is set when a name has n bytes, or 64 more, and so on: most names that are looked for are not there.
    private let nameLengths: UInt64

    /// Copies the bytes of a whole head, in which `entries` were found, and turns the names into lower case.
    init(head: ArraySlice<UInt8>, entries: [Entry]) {
        // The copy is made here: one that is handed in counts as shared, and would be copied again.
        var bytes = Array(head)
        var span = bytes.mutableSpan
        for index in entries.indices { span.lowercase(entries[index].name) }
        self.init(checked: bytes, entries: entries)
    }

    /// - Parameter checked: the bytes of another value, names in lower case.
    init(checked: [UInt8], entries: [Entry]) {
        bytes = checked
        self.entries = entries
        var lengths: UInt64 = 0
        for index in entries.indices { lengths |= Self.bit(entries[index].nameCount) }
        nameLengths = lengths
    }

    private static func bit(_ length: Int) -> UInt64 { 1 &<< UInt64(length) }

    /// Fields from names and values that are already known to be clean, for callers without a wire.
    package init(_ fields: [(name: String, value: String)] = []) {
        var head: [UInt8] = []
        var entries: [Entry] = []
        for field in fields {
            let nameStart = head.count
            head.append(contentsOf: field.name.utf8)
            let valueStart = head.count
            head.append(contentsOf: field.value.utf8)
            entries.append(Entry(name: nameStart..<valueStart, value: valueStart..<head.count))
        }
        self.init(head: head[...], entries: entries)
    }
}

// Look-up by name. Every `name` is given in lower case.
extension HeaderFields {
    /// The first value under `name`. Bytes that are not UTF-8 come out as U+FFFD; `firstBytes` has them as received.
    package func first(_ name: String) -> String? { index(of: name).map(value(at:)) }

    package func firstBytes(_ name: String) -> ArraySlice<UInt8>? { index(of: name).map(valueBytes(at:)) }

    package func contains(_ name: String) -> Bool { index(of: name) != nil }

    /// Every value under `name`, in order.
    package func all(_ name: String) -> [String] {
        var values: [String] = []
        var from = 0
        while let index = index(of: name, from: from) {
            values.append(value(at: index))
            from = index + 1
        }
        return values
    }

    /// The elements of the comma-separated list under `name`, over all its lines, trimmed and without empty ones.
    ///
    /// Not for values that hold quoted commas or dates.
    package func elements(of name: String) -> [String] {
        var result: [String] = []
        var from = 0
        while let index = index(of: name, from: from) {
            var list = ListElements(entries[index].value)
            while let element = list.next(in: bytes.span) {
                if element.isEmpty { continue }
                result.append(String(decoding: bytes[element], as: UTF8.self))
            }
            from = index + 1
        }
        return result
    }

    /// Which field is the first under `name` at or after `from`.
    package func index(of name: String, from: Int = 0) -> Int? {
        guard nameLengths & Self.bit(name.utf8.count) != 0 else { return nil }
        let wanted = name.utf8.span
        let bytes = bytes.span
        let entries = entries.span
        for index in from..<entries.count {
            guard entries[index].nameCount == wanted.count else { continue }
            let range = entries[index].name
            if areEqual(bytes.extracting(range), wanted) { return index }
        }
        return nil
    }
}

// Access by position, 0 to `count` - 1.
extension HeaderFields {
    package var count: Int { entries.count }

    /// The name in lower case.
    package func name(at index: Int) -> String { String(decoding: bytes[entries[index].name], as: UTF8.self) }

    /// The value of most messages needs no memory of its own.
    package func value(at index: Int) -> String {
        let range = entries[index].value
        let span = bytes.span
        if range.count == 16, span.spells("application/json", at: range) { return "application/json" }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Bytes of the name.
    package func nameCount(at index: Int) -> Int { entries[index].name.count }

    /// Whether the field at this position has this name, given in lower case.
    package func isNamed(_ name: String, at index: Int) -> Bool { bytes.span.spells(name, at: entries[index].name) }

    /// Whether the name of the field at this position begins so.
    package func nameBegins(with prefix: String, at index: Int) -> Bool {
        let name = entries[index].name
        let count = prefix.utf8.count
        return name.count >= count && bytes.span.spells(prefix, at: name.lowerBound..<(name.lowerBound + count))
    }

    /// Whether the value of the field at this position begins so, in whatever case.
    ///
    /// - Parameter prefix: in lower case.
    package func valueBegins(with prefix: String, at index: Int) -> Bool {
        let value = entries[index].value
        let count = prefix.utf8.count
        return value.count >= count && bytes.span.matches(prefix, at: value.lowerBound..<(value.lowerBound + count))
    }

    package func nameBytes(at index: Int) -> ArraySlice<UInt8> { bytes[entries[index].name] }

    package func valueBytes(at index: Int) -> ArraySlice<UInt8> { bytes[entries[index].value] }
}

extension HeaderFields: Sequence {
    package struct Iterator: IteratorProtocol {
        fileprivate let fields: HeaderFields
        fileprivate var index = 0

        package mutating func next() -> (name: String, value: String)? {
            guard index < fields.count else { return nil }
            defer { index += 1 }
            return (fields.name(at: index), fields.value(at: index))
        }
    }

    package func makeIterator() -> Iterator { Iterator(fields: self) }

    package var underestimatedCount: Int { count }
}

extension HeaderFields: Equatable {
    /// The same names and values in the same order.
    package static func == (left: HeaderFields, right: HeaderFields) -> Bool {
        left.count == right.count
            && left.entries.indices.allSatisfy {
                left.nameBytes(at: $0) == right.nameBytes(at: $0) && left.valueBytes(at: $0) == right.valueBytes(at: $0)
            }
    }
}
