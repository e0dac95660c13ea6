/// Finds top-level members by byte range in one pass over a body, with one allocation for the answer.
package enum JSONScanner {
    /// Reads an object to its end and says where the wanted members stand.
    ///
    /// The whole text is checked against the grammar: two parsers that both follow RFC 8259 read what passes here alike. Members nobody
    /// wants may repeat.
    ///
    /// - Parameter range: the part of `body` to read, such as the value of a member found before; nil for all of it. Offsets always count
    ///   from the start of `body`.
    /// - Throws: also `wrongType` when the text is no object, `duplicateMember` when a wanted member occurs twice however its name is
    ///   escaped, and `ambiguousMember` when a name differs from a wanted one in case only.
    package static func topLevel(
        _ body: [UInt8], in range: Range<Int>? = nil, wanted: JSONNames, limits: JSONLimits = .standard
    ) throws(JSONError) -> JSONTopLevel {
        let text = body.span.extracting(..<(range?.upperBound ?? body.count))
        var at = range?.lowerBound ?? 0
        JSONLexer.skipSpace(text, &at)
        guard at < text.count, let kind = JSONKind(firstByte: text[at]) else { throw JSONLexer.unexpected(text, at) }
        guard kind == .object else { throw JSONError(.wrongType(path: "", expected: .object, found: kind), at: at) }
        var result = JSONTopLevel(names: wanted, openingBrace: at)
        at += 1
        if !JSONLexer.closes(text, &at, .closeBrace) {
            repeat { try result.readMember(text, &at, limits) } while try JSONLexer.hasNext(text, &at, .closeBrace)
        }
        result.object = result.object.lowerBound..<at
        try JSONLexer.expectEnd(text, at)
        return result
    }

    /// The string that begins at `start`; nil when something else does.
    package static func string(in body: [UInt8], at start: Int, limits: JSONLimits = .standard) -> JSONField? {
        guard body.indices.contains(start), body[start] == .quote else { return nil }
        var at = start
        guard (try? JSONLexer.skipString(body.span, &at, limits)) != nil else { return nil }
        return JSONField(kind: .string, value: start..<at, member: start..<at)
    }

    /// Reads one JSON text of any kind to its end.
    ///
    /// - Returns: its kind and where it stands without the white space around it.
    @discardableResult
    package static func check(_ body: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> (kind: JSONKind, value: Range<Int>) {
        var at = 0
        JSONLexer.skipSpace(body.span, &at)
        let start = at
        let kind = try JSONLexer.skipValue(body.span, &at, depth: 0, limits)
        try JSONLexer.expectEnd(body.span, at)
        return (kind, start..<at)
    }
}

/// What a scan found: the wanted members, and where a new one would go.
package struct JSONTopLevel: Sendable {
    private let names: JSONNames
    /// Those that the object has, in its order: hardly more than a few, whatever is wanted.
    private var found: [(place: Int, field: JSONField)] = []
    /// From brace to brace.
    package fileprivate(set) var object: Range<Int>
    /// All members, wanted or not.
    package private(set) var memberCount = 0
    /// Behind the last member, or behind the opening brace.
    private(set) var end: Int

    /// As many members fit without another allocation.
    private static let foundRoom = 6

    fileprivate init(names: JSONNames, openingBrace: Int) {
        self.names = names
        object = openingBrace..<openingBrace
        end = openingBrace + 1
    }

    /// The member of this name, nil when the object has none.
    ///
    /// - Precondition: `name` was among the wanted ones.
    package subscript(_ name: String) -> JSONField? {
        guard let index = names.index(of: name) else { preconditionFailure("\(name) was not asked for") }
        return field(index)
    }

    /// The member of this name, nil when the object has none.
    ///
    /// - Parameter place: among the wanted names; it spares the search for the name.
    package subscript(_ place: JSONNames.Place) -> JSONField? { field(place.index) }

    private func field(_ place: Int) -> JSONField? {
        for index in found.indices where found[index].place == place { return found[index].field }
        return nil
    }

    fileprivate mutating func readMember(_ text: Span<UInt8>, _ at: inout Int, _ limits: JSONLimits) throws(JSONError) {
        let start = at
        guard memberCount < limits.membersMax else { throw JSONError(.tooManyMembers(limit: limits.membersMax), at: start) }
        let name = try JSONLexer.name(text, &at, limits)
        let match = try names.match(text, name)
        let valueStart = at
        let kind = try JSONLexer.skipValue(text, &at, depth: 1, limits)
        memberCount += 1
        end = at
        switch match {
        case .none: return
        case .lookalike(let index): throw JSONError(.ambiguousMember(names.names[index]), at: start)
        case .wanted(let index):
            guard field(index) == nil else { throw JSONError(.duplicateMember(names.names[index]), at: start) }
            if found.isEmpty { found.reserveCapacity(Self.foundRoom) }
            found.append((index, JSONField(kind: kind, value: valueStart..<at, member: start..<at)))
        }
    }
}
