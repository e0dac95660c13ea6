extension JSONValue {
    /// Reads one JSON text into a tree.
    ///
    /// A tree takes up to 30 times the memory of its text when the text is all brackets and digits (measured), and about as much as the
    /// text when it is prose. `limits.valuesMax` bounds the former: 1,000,000 values take less than 100 MB.
    ///
    /// - Throws: what `JSONScanner` throws, and `duplicateMember` for a name that occurs twice in any object, `badUTF8`, `loneSurrogate`.
    package init(parsing body: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: body, in: 0..<body.count, limits: limits)
    }

    /// Reads the part of a body that a scan found.
    package init(parsing body: [UInt8], in range: Range<Int>, limits: JSONLimits = .standard) throws(JSONError) {
        let text = body.span.extracting(..<range.upperBound)
        var parser = JSONParser(limits: limits)
        var at = range.lowerBound
        JSONLexer.skipSpace(text, &at)
        self = try parser.value(text, &at, depth: 0)
        try JSONLexer.expectEnd(text, at)
    }
}

/// Recurses once per level of nesting, `depthMax` times at most.
private struct JSONParser {
    private let limits: JSONLimits
    private var valueCount = 0

    init(limits: JSONLimits) { self.limits = limits }

    mutating func value(_ text: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) -> JSONValue {
        valueCount += 1
        guard valueCount <= limits.valuesMax else { throw JSONError(.tooManyValues(limit: limits.valuesMax), at: at) }
        guard at < text.count, let kind = JSONKind(firstByte: text[at]) else { throw JSONLexer.unexpected(text, at) }
        let start = at
        switch kind {
        case .object, .array:
            guard depth < limits.depthMax else { throw JSONError(.tooDeep(limit: limits.depthMax), at: at) }
            at += 1
            return kind == .object ? .object(try object(text, &at, depth: depth + 1)) : .array(try array(text, &at, depth: depth + 1))
        case .string:
            let isPlain = try JSONLexer.skipString(text, &at, limits)
            return .string(try JSONText.decode(text, (start + 1)..<(at - 1), isPlain: isPlain))
        case .number:
            try JSONLexer.skipNumber(text, &at, limits)
            return .number(JSONNumber(checked: try JSONText.decode(text, start..<at, isPlain: true)))
        case .boolean, .null:
            try JSONLexer.skipLiteral(text, &at)
            return kind == .null ? .null : .bool(text[start] == .letterT)
        }
    }

    private mutating func array(_ text: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        guard !JSONLexer.closes(text, &at, .closeBracket) else { return elements }
        repeat {
            if elements.count == 1 { elements.reserveCapacity(4) }  // not before: room nobody uses is what makes [[[[…]]]] costly
            elements.append(try value(text, &at, depth: depth))
        } while try JSONLexer.hasNext(text, &at, .closeBracket)
        return elements
    }

    private mutating func object(_ text: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) -> JSONObject {
        var members: [JSONObject.Member] = []
        guard !JSONLexer.closes(text, &at, .closeBrace) else { return JSONObject(distinct: members) }
        repeat {
            if members.count == 1 { members.reserveCapacity(4) }
            guard members.count < limits.membersMax else { throw JSONError(.tooManyMembers(limit: limits.membersMax), at: at) }
            let name = try JSONLexer.name(text, &at, limits)
            let decoded = try JSONText.decode(text, name.range, isPlain: name.isPlain)
            members.append(JSONObject.Member(decoded, try value(text, &at, depth: depth)))
        } while try JSONLexer.hasNext(text, &at, .closeBrace)
        guard Self.areDistinct(members) else { throw JSONError(.duplicateMember(nil), at: at) }
        return JSONObject(distinct: members)
    }

    /// By the bytes of the names. Sorted beyond a few members, so that no body makes this quadratic.
    private static func areDistinct(_ members: [JSONObject.Member]) -> Bool {
        if members.count <= 8 {
            for (index, member) in members.enumerated() {
                for other in members[..<index] where other.name.utf8.elementsEqual(member.name.utf8) { return false }
            }
            return true
        }
        let names = members.map { Array($0.name.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        for (one, next) in zip(names, names.dropFirst()) where one == next { return false }
        return true
    }
}
