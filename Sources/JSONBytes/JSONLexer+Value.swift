extension JSONLexer {
    /// One value of any kind, with `at` at its first byte and `depth` containers open around it.
    ///
    /// No recursion: which kind of bracket is open at each level is a bit of a 128-bit stack, so a wrong closer is seen and depth costs nothing.
    ///
    /// - Throws: `unexpectedByte`, … or `tooDeep`; `at` is then meaningless.
    static func skipValue(_ text: Span<UInt8>, _ at: inout Int, depth: Int, _ limits: JSONLimits) throws(JSONError) -> JSONKind {
        guard at < text.count, let kind = JSONKind(firstByte: text[at]) else { throw unexpected(text, at) }
        switch kind {
        case .object, .array: try skipContainer(text, &at, depth: depth, limits)
        case .string: _ = try skipString(text, &at, limits)
        case .number: try skipNumber(text, &at, limits)
        case .boolean, .null: try skipLiteral(text, &at)
        }
        return kind
    }

    private static func skipContainer(_ text: Span<UInt8>, _ at: inout Int, depth: Int, _ limits: JSONLimits) throws(JSONError) {
        var stack = BracketStack(depthMax: limits.depthMax &- depth)
        repeat {
            // `at` is at the first byte of a value.
            guard at < text.count else { throw unexpected(text, at) }
            switch text[at] {
            case .openBrace:
                guard stack.open(isObject: true) else { throw JSONError(.tooDeep(limit: limits.depthMax), at: at) }
                at &+= 1
                if !closes(text, &at, .closeBrace) {
                    _ = try name(text, &at, limits)
                    continue
                }
                stack.close()
            case .openBracket:
                guard stack.open(isObject: false) else { throw JSONError(.tooDeep(limit: limits.depthMax), at: at) }
                at &+= 1
                if !closes(text, &at, .closeBracket) { continue }
                stack.close()
            case .quote: _ = try skipString(text, &at, limits)
            case .minus, .zero ... .nine: try skipNumber(text, &at, limits)
            case .letterT, .letterF, .letterN: try skipLiteral(text, &at)
            default: throw unexpected(text, at)
            }
            try skipToNext(text, &at, &stack, limits)
        } while stack.depth > 0
    }

    /// Behind a value: closes what ends here, and leaves `at` at the next value or the stack empty.
    @inline(__always)
    private static func skipToNext(_ text: Span<UInt8>, _ at: inout Int, _ stack: inout BracketStack, _ limits: JSONLimits) throws(JSONError) {
        while stack.depth > 0 {
            guard try hasNext(text, &at, stack.isInObject ? .closeBrace : .closeBracket) else {
                stack.close()
                continue
            }
            if stack.isInObject { _ = try name(text, &at, limits) }
            return
        }
    }
}

/// Which brackets are open: one bit each, the innermost lowest.
private struct BracketStack {
    private var kinds: UInt128 = 0
    private(set) var depth = 0
    private let depthMax: Int

    init(depthMax: Int) { self.depthMax = depthMax }

    @inline(__always)
    var isInObject: Bool { kinds & 1 == 1 }

    /// - Returns: false, and opens nothing, when that would be too deep.
    @inline(__always)
    mutating func open(isObject: Bool) -> Bool {
        guard depth < depthMax else { return false }
        kinds = kinds &<< 1 | (isObject ? 1 : 0)
        depth &+= 1
        return true
    }

    @inline(__always)
    mutating func close() {
        kinds = kinds &>> 1
        depth &-= 1
    }
}
