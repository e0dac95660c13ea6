/// One spelling for all the ways to write a JSON value, so that equal requests have equal cache keys.
///
/// Members are sorted by name, white space is dropped, strings are escaped in one way. Numbers stay as they are spelled: `1` and `1.0` give
/// different keys, which costs a cache miss, where rounding could give two different requests the same answer. Two bodies with the same
/// canonical form are the same value; the other way round it holds up to the spelling of numbers.
package enum JSONCanonical {
    /// Appends the canonical form of a body.
    ///
    /// - Parameter excluding: top-level members to leave out.
    /// - Throws: also `duplicateMember` for a name that occurs twice in any object, `badUTF8`, `loneSurrogate` and, for a top-level name,
    ///   `nullInName`; `tooMuchToSort` for out-of-order members nested more than about 16 deep around most of the body, which would make
    ///   work of the square of its size. Such a body has no key. What was appended to `output` by then stays.
    package static func append(
        _ body: [UInt8], excluding: JSONNames = [], limits: JSONLimits = .standard, into output: inout [UInt8]
    ) throws(JSONError) {
        var writer = CanonicalWriter(excluding: excluding, bodyBytes: body.count, limits: limits)
        swap(&writer.output, &output)
        defer { swap(&writer.output, &output) }
        let text = body.span
        var at = 0
        JSONLexer.skipSpace(text, &at)
        try writer.appendValue(text, &at, depth: 0)
        try JSONLexer.expectEnd(text, at)
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

    private let excluding: JSONNames
    private let limits: JSONLimits
    var output: [UInt8] = []
    /// The members of all objects that are open, innermost last.
    private var members: [Member] = []
    private var valueCount = 0
    /// Bytes that sorting may still move.
    private var movableBytes: Int

    init(excluding: JSONNames, bodyBytes: Int, limits: JSONLimits) {
        movableBytes = 16 * bodyBytes
        self.excluding = excluding
        self.limits = limits
    }

    /// Recurses once per level of nesting, `depthMax` times at most.
    mutating func appendValue(_ text: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) {
        valueCount += 1
        guard valueCount <= limits.valuesMax else { throw JSONError(.tooManyValues(limit: limits.valuesMax), at: at) }
        guard at < text.count, let kind = JSONKind(firstByte: text[at]) else { throw JSONLexer.unexpected(text, at) }
        let start = at
        switch kind {
        case .object, .array:
            guard depth < limits.depthMax else { throw JSONError(.tooDeep(limit: limits.depthMax), at: at) }
            at += 1
            if kind == .object { try appendObject(text, &at, depth: depth + 1) } else { try appendArray(text, &at, depth: depth + 1) }
        case .string:
            let isPlain = try JSONLexer.skipString(text, &at, limits)
            try appendString(text, (start + 1)..<(at - 1), isPlain: isPlain)
        case .number, .boolean, .null:
            _ = try JSONLexer.skipValue(text, &at, depth: depth, limits)
            output.append(text, start..<at)
        }
    }

    private mutating func appendArray(_ text: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) {
        output.append(.openBracket)
        if !JSONLexer.closes(text, &at, .closeBracket) {
            repeat {
                try appendValue(text, &at, depth: depth)
                output.append(.comma)
            } while try JSONLexer.hasNext(text, &at, .closeBracket)
            output.removeLast()
        }
        output.append(.closeBracket)
    }

    private mutating func appendObject(_ text: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) {
        output.append(.openBrace)
        let first = members.count
        if !JSONLexer.closes(text, &at, .closeBrace) {
            repeat { try appendMember(text, &at, depth: depth, first: first) } while try JSONLexer.hasNext(text, &at, .closeBrace)
        }
        try sortMembers(from: first, endingAt: at)
        if members.count > first { output.removeLast() }
        members.removeSubrange(first...)
        output.append(.closeBrace)
    }

    private mutating func appendMember(_ text: Span<UInt8>, _ at: inout Int, depth: Int, first: Int) throws(JSONError) {
        guard members.count - first < limits.membersMax else { throw JSONError(.tooManyMembers(limit: limits.membersMax), at: at) }
        let name = try JSONLexer.name(text, &at, limits)
        if depth == 1, case .wanted = try excluding.match(text, name) {
            _ = try JSONLexer.skipValue(text, &at, depth: depth, limits)
            return
        }
        let start = output.count
        try appendString(text, name.range, isPlain: name.isPlain)
        members.append(Member(start: start, nameEnd: output.count, end: 0))
        let index = members.count - 1
        output.append(.colon)
        try appendValue(text, &at, depth: depth)
        output.append(.comma)
        members[index].end = output.count
    }

    private mutating func appendString(_ text: Span<UInt8>, _ range: Range<Int>, isPlain: Bool) throws(JSONError) {
        output.append(.quote)
        try JSONText.checkUTF8(text.extracting(range), at: range.lowerBound)  // escapes are ASCII, so their spelling does not matter here
        if isPlain { output.append(text, range) } else { try JSONText.respell(text, range, into: &output) }
        output.append(.quote)
    }

    /// Puts the members from `first` on, which lie one behind the other at the end of `output`, in the order of their names.
    private mutating func sortMembers(from first: Int, endingAt offset: Int) throws(JSONError) {
        guard members.count - first > 1, !areSorted(from: first) else { return }
        let start = members[first].start
        movableBytes -= output.count - start
        guard movableBytes >= 0 else { throw JSONError(.tooMuchToSort, at: offset) }
        if members.count - first <= 16 {
            insertionSort(from: first)
        } else {
            let sorted = members[first...].sorted { precedes($0, $1) }
            members.replaceSubrange(first..., with: sorted)
        }
        guard areSorted(from: first) else { throw JSONError(.duplicateMember(nil), at: offset) }
        let unsorted = Array(output[start...])
        output.removeSubrange(start...)
        for index in first..<members.count { output.append(unsorted.span, (members[index].start - start)..<(members[index].end - start)) }
    }

    /// Few members are the rule, and this allocates nothing.
    private mutating func insertionSort(from first: Int) {
        for next in (first + 1)..<members.count {
            let member = members[next]
            var index = next
            while index > first, precedes(member, members[index - 1]) {
                members[index] = members[index - 1]
                index -= 1
            }
            members[index] = member
        }
    }

    /// Whether each name is behind the one before it; false for two that are equal.
    private func areSorted(from first: Int) -> Bool {
        for index in (first + 1)..<members.count where !precedes(members[index - 1], members[index]) { return false }
        return true
    }

    /// By the bytes of the canonical spelling.
    private func precedes(_ one: Member, _ other: Member) -> Bool {
        let text = output.span
        let (oneLength, otherLength) = (one.nameEnd - one.start, other.nameEnd - other.start)
        for index in 0..<min(oneLength, otherLength) {
            let (a, b) = (text[one.start + index], text[other.start + index])
            if a != b { return a < b }
        }
        return oneLength < otherLength
    }
}
