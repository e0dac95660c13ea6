/// The grammar of RFC 8259 on bytes: each function reads one thing at `at` and leaves `at` behind it.
///
/// Nothing is decoded and nothing allocated. Everything above (scanner, edits, canonical form, tree) is made of these, so all of them
/// agree on what JSON is. UTF-8 is not checked here but where a string is decoded.
enum JSONLexer {
    /// A member's name as it stands in the text.
    struct Name {
        /// Between the quotes.
        let range: Range<Int>
        /// No escapes: the bytes are the name.
        let isPlain: Bool
    }

    /// What to throw for the byte at `at`.
    @inline(never)
    static func unexpected(_ text: Span<UInt8>, _ at: Int) -> JSONError {
        JSONError(at < text.count ? .unexpectedByte : .unexpectedEnd, at: min(at, text.count))
    }

    @inline(__always)
    static func skipSpace(_ text: Span<UInt8>, _ at: inout Int) {
        while at < text.count, text[at] <= .space {
            switch text[at] {
            case .space, 0x0A, 0x0D, 0x09: at &+= 1
            default: return
            }
        }
    }

    /// White space to the end of the text and nothing else.
    static func expectEnd(_ text: Span<UInt8>, _ at: Int) throws(JSONError) {
        var at = at
        skipSpace(text, &at)
        guard at == text.count else { throw JSONError(.trailingBytes, at: at) }
    }

    /// Behind an opening bracket: whether `closer` follows. Leaves `at` behind it, or at the first item.
    @inline(__always)
    static func closes(_ text: Span<UInt8>, _ at: inout Int, _ closer: UInt8) -> Bool {
        skipSpace(text, &at)
        guard at < text.count, text[at] == closer else { return false }
        at &+= 1
        return true
    }

    /// Behind an item: whether another one follows. Leaves `at` at its first byte, or behind `closer`.
    @inline(__always)
    static func hasNext(_ text: Span<UInt8>, _ at: inout Int, _ closer: UInt8) throws(JSONError) -> Bool {
        skipSpace(text, &at)
        guard at < text.count else { throw unexpected(text, at) }
        if text[at] == closer {
            at &+= 1
            return false
        }
        guard text[at] == .comma else { throw unexpected(text, at) }
        at &+= 1
        skipSpace(text, &at)
        return true
    }

    /// `"name" :` and the space behind it. Leaves `at` at the value's first byte.
    @inline(__always)
    static func name(_ text: Span<UInt8>, _ at: inout Int, _ limits: JSONLimits) throws(JSONError) -> Name {
        guard at < text.count, text[at] == .quote else { throw unexpected(text, at) }
        let start = at &+ 1
        let isPlain = try skipString(text, &at, limits)
        let range = start..<(at &- 1)
        skipSpace(text, &at)
        guard at < text.count, text[at] == .colon else { throw unexpected(text, at) }
        at &+= 1
        skipSpace(text, &at)
        return Name(range: range, isPlain: isPlain)
    }

    @inline(__always)
    static func skipNumber(_ text: Span<UInt8>, _ at: inout Int, _ limits: JSONLimits) throws(JSONError) {
        let start = at
        if text[at] == .minus { at &+= 1 }
        if at < text.count, text[at] == .zero { at &+= 1 } else { try skipDigits(text, &at) }
        if at < text.count, text[at] == .dot {
            at &+= 1
            try skipDigits(text, &at)
        }
        if at < text.count, text[at] | 0x20 == .letterE {
            at &+= 1
            if at < text.count, text[at] == .plus || text[at] == .minus { at &+= 1 }
            try skipDigits(text, &at)
        }
        guard at &- start <= limits.numberBytesMax else { throw JSONError(.numberTooLong(limitBytes: limits.numberBytesMax), at: start) }
    }

    /// One digit or more.
    @inline(__always)
    private static func skipDigits(_ text: Span<UInt8>, _ at: inout Int) throws(JSONError) {
        let start = at
        while at < text.count, text[at].isDigit { at &+= 1 }
        guard at > start else { throw JSONError(at < text.count ? .badNumber : .unexpectedEnd, at: at) }
    }

    /// `true`, `false` or `null`, with `at` at its first letter.
    @inline(__always)
    static func skipLiteral(_ text: Span<UInt8>, _ at: inout Int) throws(JSONError) {
        switch text[at] {
        case .letterT: try skipLetters(text, &at, 0x74, 0x72, 0x75, 0x65)
        case .letterF:
            at &+= 1
            try skipLetters(text, &at, 0x61, 0x6C, 0x73, 0x65)
        default: try skipLetters(text, &at, 0x6E, 0x75, 0x6C, 0x6C)
        }
    }

    @inline(__always)
    private static func skipLetters(
        _ text: Span<UInt8>, _ at: inout Int, _ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8
    ) throws(JSONError) {
        guard at &+ 4 <= text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
        guard text[at] == first, text[at &+ 1] == second, text[at &+ 2] == third, text[at &+ 3] == fourth else {
            throw JSONError(.unexpectedByte, at: at)
        }
        at &+= 4
    }
}
