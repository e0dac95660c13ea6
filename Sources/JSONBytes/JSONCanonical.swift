/// One spelling for all the ways to write a JSON value, so that equal requests have equal cache keys.
///
/// Members are sorted by name, white space is dropped, strings are escaped in one way. Numbers stay as they are spelled: `1` and `1.0` give
/// different keys, which costs a cache miss, where rounding could give two different requests the same answer. Two bodies with the same
/// canonical form are the same value; the other way round it holds up to the spelling of numbers.
package enum JSONCanonical {
    /// Appends the canonical form of a body.
    ///
    /// - Parameter excluding: top-level members to leave out.
    /// - Throws: also `duplicateMember` for a name that occurs twice in any object, `badUTF8` and `loneSurrogate`: such a body has no key.
    ///   What was appended to `output` by then stays.
    package static func append(
        _ body: [UInt8], excluding: JSONNames = [], limits: JSONLimits = .standard, into output: inout [UInt8]
    ) throws(JSONError) {
        var writer = CanonicalWriter(body: body, excluding: excluding, limits: limits)
        swap(&writer.output, &output)
        defer { swap(&writer.output, &output) }
        var at = 0
        JSONLexer.skipSpace(body.span, &at)
        try writer.appendValue(&at, depth: 0)
        try JSONLexer.expectEnd(body.span, at)
    }
}

/// Writes members in the order they come and sorts them when their object ends: a body is read once, however deep it is.
private struct CanonicalWriter {
    /// Where a member stands in `output`: `"name":value,`.
    private struct Member {
        let start: Int
        let nameEnd: Int
        var end: Int
    }

    private let body: [UInt8]
    private let excluding: JSONNames
    private let limits: JSONLimits
    var output: [UInt8] = []
    /// The members of all objects that are open, innermost last.
    private var members: [Member] = []
    private var valueCount = 0

    init(body: [UInt8], excluding: JSONNames, limits: JSONLimits) {
        self.body = body
        self.excluding = excluding
        self.limits = limits
    }

    /// Recurses once per level of nesting, `depthMax` times at most.
    mutating func appendValue(_ at: inout Int, depth: Int) throws(JSONError) {
        valueCount += 1
        guard valueCount <= limits.valuesMax else { throw JSONError(.tooManyValues(limit: limits.valuesMax), at: at) }
        guard at < body.count, let kind = JSONKind(firstByte: body[at]) else { throw JSONLexer.unexpected(body.span, at) }
        let start = at
        switch kind {
        case .object, .array:
            guard depth < limits.depthMax else { throw JSONError(.tooDeep(limit: limits.depthMax), at: at) }
            at += 1
            if kind == .object { try appendObject(&at, depth: depth + 1) } else { try appendArray(&at, depth: depth + 1) }
        case .string:
            let isPlain = try JSONLexer.skipString(body.span, &at, limits)
            try appendString((start + 1)..<(at - 1), isPlain: isPlain)
        case .number, .boolean, .null:
            _ = try JSONLexer.skipValue(body.span, &at, depth: depth, limits)
            output.append(contentsOf: body[start..<at])
        }
    }

    private mutating func appendArray(_ at: inout Int, depth: Int) throws(JSONError) {
        output.append(.openBracket)
        if !JSONLexer.closes(body.span, &at, .closeBracket) {
            repeat {
                try appendValue(&at, depth: depth)
                output.append(.comma)
            } while try JSONLexer.hasNext(body.span, &at, .closeBracket)
            output.removeLast()
        }
        output.append(.closeBracket)
    }

    private mutating func appendObject(_ at: inout Int, depth: Int) throws(JSONError) {
        output.append(.openBrace)
        let first = members.count
        if !JSONLexer.closes(body.span, &at, .closeBrace) {
            repeat { try appendMember(&at, depth: depth, first: first) } while try JSONLexer.hasNext(body.span, &at, .closeBrace)
        }
        try sortMembers(from: first, endingAt: at)
        if members.count > first { output.removeLast() }
        members.removeSubrange(first...)
        output.append(.closeBrace)
    }

    private mutating func appendMember(_ at: inout Int, depth: Int, first: Int) throws(JSONError) {
        guard members.count - first < limits.membersMax else { throw JSONError(.tooManyMembers(limit: limits.membersMax), at: at) }
        let name = try JSONLexer.name(body.span, &at, limits)
        if depth == 1, case .wanted = try excluding.match(body, name) {
            _ = try JSONLexer.skipValue(body.span, &at, depth: depth, limits)
            return
        }
        let start = output.count
        try appendString(name.range, isPlain: name.isPlain)
        members.append(Member(start: start, nameEnd: output.count, end: 0))
        let index = members.count - 1
        output.append(.colon)
        try appendValue(&at, depth: depth)
        output.append(.comma)
        members[index].end = output.count
    }

    private mutating func appendString(_ range: Range<Int>, isPlain: Bool) throws(JSONError) {
        output.append(.quote)
        if isPlain {
            try JSONText.checkUTF8(body.span.extracting(range), at: range.lowerBound)
            output.append(contentsOf: body[range])
        } else {
            var bytes: [UInt8] = []
            try JSONText.unescape(body, range, into: &bytes)
            try JSONText.checkUTF8(bytes.span, at: range.lowerBound)
            JSONText.appendEscaped(bytes, to: &output)
        }
        output.append(.quote)
    }

    /// Puts the members from `first` on, which lie one behind the other at the end of `output`, in the order of their names.
    private mutating func sortMembers(from first: Int, endingAt offset: Int) throws(JSONError) {
        var isSorted = true
        for index in members.indices.dropFirst(first + 1) where isSorted { isSorted = precedes(members[index - 1], members[index]) }
        guard !isSorted else { return }
        var sorted = Array(members[first...])
        sorted.sort { precedes($0, $1) }
        for (one, next) in zip(sorted, sorted.dropFirst()) where !precedes(one, next) { throw JSONError(.duplicateMember(nil), at: offset) }
        let start = members[first].start
        let unsorted = Array(output[start...])
        output.removeSubrange(start...)
        for member in sorted { output.append(contentsOf: unsorted[(member.start - start)..<(member.end - start)]) }
    }

    /// By the bytes of the canonical spelling.
    private func precedes(_ one: Member, _ other: Member) -> Bool {
        output[one.start..<one.nameEnd].lexicographicallyPrecedes(output[other.start..<other.nameEnd])
    }
}
