extension JSONLexer {
    /// A string, with `at` at its opening quote.
    ///
    /// - Returns: whether it has no escapes.
    @inline(__always)
    static func skipString(_ text: Span<UInt8>, _ at: inout Int, _ limits: JSONLimits) throws(JSONError) -> Bool {
        let start = at &+ 1
        var isPlain = true
        at = ByteSearch.nearStop(in: text, from: start)
        if at == text.count || text[at] != .quote { isPlain = try skipLongString(text, &at) }
        guard at &- start <= limits.stringBytesMax else { throw JSONError(.stringTooLong(limitBytes: limits.stringBytesMax), at: start &- 1) }
        at &+= 1
        return isPlain
    }

    /// A string from somewhere inside it to its closing quote, where `at` is left.
    ///
    /// 64 bytes are looked at once, however many escapes they have: looking anew behind each would cost more than the search itself.
    ///
    /// - Returns: whether it has no escapes.
    @inline(never)
    private static func skipLongString(_ text: Span<UInt8>, _ at: inout Int) throws(JSONError) -> Bool {
        let end = ByteSearch.skipBlocks(of: text, &at)
        var isPlain = !end.hasEscapes
        if end.isClosed { return isPlain }
        while at &+ 64 <= text.count {
            let block = at
            var stops = ByteSearch.blockStops(in: text, from: block)
            at = block &+ 64
            while stops != 0 {
                at = block &+ stops.trailingZeroBitCount
                if text[at] == .quote { return isPlain }
                try skipEscape(text, &at)
                isPlain = false
                guard at &- block < 64 else { break }
                stops &= ~0 &<< UInt64(at &- block)  // the byte behind a backslash may look like a stop
                if stops == 0 { at = block &+ 64 }
            }
        }
        while true {
            at = ByteSearch.stringStop(in: text, from: at)
            guard at < text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
            if text[at] == .quote { return isPlain }
            try skipEscape(text, &at)
            isPlain = false
        }
    }

    /// `\n`, `\u00e9` and the like, with `at` at the backslash, or else at a control byte. Whether surrogates pair up is for the decoder.
    @inline(__always)
    private static func skipEscape(_ text: Span<UInt8>, _ at: inout Int) throws(JSONError) {
        guard text[at] == .backslash else { throw JSONError(.controlByte, at: at) }
        guard at &+ 1 < text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
        switch text[at &+ 1] {
        case .quote, .backslash, .slash, .letterB, .letterF, .letterN, .letterR, .letterT:
            at &+= 2
        case .letterU:
            guard at &+ 6 <= text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
            for index in (at &+ 2)..<(at &+ 6) where text[index].hexDigit == nil { throw JSONError(.badEscape, at: at) }
            at &+= 6
        default:
            throw JSONError(.badEscape, at: at)
        }
    }
}
