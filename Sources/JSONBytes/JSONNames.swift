/// Names to look for in an object, made ready once.
package struct JSONNames: Sendable, ExpressibleByArrayLiteral {
    package let names: [String]
    private let spellings: [[UInt8]]
    /// Bit n is set when a name of n bytes is wanted (63 stands for 63 and more): turns most names away at once.
    private let lengths: UInt64

    /// - Precondition: no name occurs twice.
    package init(_ names: [String]) {
        precondition(Set(names).count == names.count, "a name is wanted twice: \(names)")
        self.names = names
        spellings = names.map { Array($0.utf8) }
        lengths = spellings.reduce(0) { $0 | Self.bit($1.count) }
    }

    package init(arrayLiteral names: String...) { self.init(names) }

    /// The lengths first: comparing strings of different lengths costs much more.
    func index(of name: String) -> Int? {
        let length = name.utf8.count
        return spellings.indices.first { spellings[$0].count == length && names[$0] == name }
    }

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
        if name.isPlain, lengths & Self.bit(name.range.count) != 0 {
            if let index = index(ofPlain: text.extracting(name.range)) { return .wanted(index) }
        }
        if name.isPlain, isASCII(text.extracting(name.range)) {
            guard lengths & Self.bit(name.range.count) != 0 else { return .none }
            return lookalike(text.extracting(name.range))
        }
        var bytes: [UInt8] = []
        try JSONText.unescape(text, name.range, into: &bytes)
        try JSONText.checkUTF8(bytes.span, at: name.range.lowerBound)
        guard !bytes.contains(0) else { throw JSONError(.nullInName, at: name.range.lowerBound) }
        if let index = index(ofPlain: bytes.span) { return .wanted(index) }
        return lookalike(Self.foldedToASCII(bytes).span)
    }

    private func index(ofPlain name: Span<UInt8>) -> Int? {
        for index in spellings.indices where Self.isEqual(name, spellings[index]) { return index }
        return nil
    }

    private func lookalike(_ name: Span<UInt8>) -> Match {
        for index in spellings.indices where Self.isEqual(name, spellings[index], fold: true) { return .lookalike(index) }
        return .none
    }

    private func isASCII(_ name: Span<UInt8>) -> Bool {
        for index in name.indices where name[index] >= 0x80 { return false }
        return true
    }

    @inline(__always)
    private static func isEqual(_ first: Span<UInt8>, _ second: [UInt8], fold: Bool = false) -> Bool {
        guard first.count == second.count else { return false }
        for index in first.indices {
            let (a, b) = (first[index], second[index])
            guard a == b || fold && a.lowercased == b.lowercased else { return false }
        }
        return true
    }

    /// The two letters outside ASCII that Unicode folds into it: U+017F (long s) and U+212A (the Kelvin sign).
    private static func foldedToASCII(_ name: [UInt8]) -> [UInt8] {
        Array(String(decoding: name, as: UTF8.self).unicodeScalars.map { $0 == "\u{17F}" ? "s" : $0 == "\u{212A}" ? "k" : String($0) }.joined().utf8)
    }

    private static func bit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }
}
