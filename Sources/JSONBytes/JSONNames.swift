/// Names to look for in an object, made ready once.
package struct JSONNames: Sendable, ExpressibleByArrayLiteral {
    /// One reference: names are handed around with every scan.
    private let table: Table

    private final class Table: Sendable {
        let names: [String]
        /// The names in the order of their lengths, one behind the other, and where each begins; one more, where the last ends.
        let spellings: [UInt8]
        let starts: [Int]
        /// Which name is at which place of that order.
        let order: [Int]
        /// Which places the names of n bytes have (63 stands for 63 and more): from `places[n]` to before `places[n + 1]`.
        let places: [UInt8]
        /// Bit n is set when there is such a name: turns most names away at once.
        let lengths: UInt64

        init(_ names: [String]) {
            precondition(Set(names).count == names.count, "a name is wanted twice: \(names)")
            precondition(names.count < 256, "too many names")
            self.names = names
            order = names.indices.sorted { (names[$0].utf8.count, $0) < (names[$1].utf8.count, $1) }
            spellings = order.flatMap { Array(names[$0].utf8) }
            starts = order.reduce(into: [0]) { $0.append($0[$0.count - 1] + names[$1].utf8.count) }
            lengths = names.reduce(0) { $0 | 1 << UInt64(min($1.utf8.count, 63)) }
            places = (0...64).map { length in UInt8(names.count { min($0.utf8.count, 63) < length }) }
        }
    }

    /// - Precondition: no name occurs twice, and there are less than 256.
    package init(_ names: [String]) { table = Table(names) }

    package var names: [String] { table.names }

    package init(arrayLiteral names: String...) { self.init(names) }

    /// Which of the names one is.
    package struct Place: Sendable {
        let index: Int
    }

    /// - Precondition: `name` is among them.
    package func place(of name: String) -> Place {
        guard let index = index(of: name) else { preconditionFailure("\(name) is not wanted") }
        return Place(index: index)
    }

    func index(of name: String) -> Int? { index(ofPlain: name.utf8.span) }

    /// How a member's name compares to the wanted ones.
    enum Match: Equatable {
        case none
        case wanted(Int)
        /// The same but for upper and lower case. Go's decoder, which serves Ollama, takes such a name for the wanted one.
        case lookalike(Int)
    }

    /// Compares a name with escapes resolved.
    ///
    /// - Throws: `loneSurrogate`; `nullInName` for U+0000, where C parsers end a name; `badUTF8`, which some readers drop from it.
    func match(_ text: Span<UInt8>, _ name: JSONLexer.Name) throws(JSONError) -> Match {
        if name.isPlain {
            let plain = text.extracting(name.range)
            if let index = index(ofPlain: plain) { return .wanted(index) }
            if isASCII(plain) { return lookalike(plain) }
        }
        var bytes: [UInt8] = []
        try JSONText.unescape(text, name.range, into: &bytes)
        try JSONText.checkUTF8(bytes.span, at: name.range.lowerBound)
        guard !bytes.contains(0) else { throw JSONError(.nullInName, at: name.range.lowerBound) }
        if let index = index(ofPlain: bytes.span) { return .wanted(index) }
        return lookalike(Self.foldedToASCII(bytes).span)
    }

    @inline(__always)
    private func index(ofPlain name: Span<UInt8>) -> Int? { place(of: name, fold: false) }

    private func lookalike(_ name: Span<UInt8>) -> Match { place(of: name, fold: true).map { .lookalike($0) } ?? .none }

    @inline(__always)
    private func place(of name: Span<UInt8>, fold: Bool) -> Int? {
        let length = min(name.count, 63)
        guard table.lengths &>> UInt64(length) & 1 == 1 else { return nil }
        let end = Int(table.places[length &+ 1])
        var place = Int(table.places[length])
        while place < end {
            let start = table.starts[place]
            if table.starts[place &+ 1] &- start == name.count, isEqual(name, start, fold) { return table.order[place] }
            place &+= 1
        }
        return nil
    }

    private func isASCII(_ name: Span<UInt8>) -> Bool {
        for index in name.indices where name[index] >= 0x80 { return false }
        return true
    }

    /// - Parameter start: of a name that has as many bytes.
    @inline(__always)
    private func isEqual(_ name: Span<UInt8>, _ start: Int, _ fold: Bool) -> Bool {
        let spellings = table.spellings
        let spelling = spellings.span.extracting(start..<(start &+ name.count))
        guard fold else { return ByteSearch.areEqual(name, spelling) }
        for index in name.indices where name[index].lowercased != spelling[index].lowercased { return false }
        return true
    }

    /// The two letters outside ASCII that Unicode folds into it: U+017F (long s) and U+212A (the Kelvin sign).
    private static func foldedToASCII(_ name: [UInt8]) -> [UInt8] {
        Array(String(decoding: name, as: UTF8.self).unicodeScalars.map { $0 == "\u{17F}" ? "s" : $0 == "\u{212A}" ? "k" : String($0) }.joined().utf8)
    }
}
