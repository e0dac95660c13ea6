/// The messages a conversation starts with that have one of certain roles: its instructions, usually.
package struct JSONLeadingMessages: Sendable {
    package struct Message: Equatable, Sendable {
        package let role: String
        /// nil when the message has no `content`.
        package let content: JSONField?
        /// From brace to brace.
        package let range: Range<Int>
    }

    package let messages: [Message]
    /// Whether the array has no elements at all.
    package let isArrayEmpty: Bool
    /// Behind the last of `messages`; at the array's first element, or behind its bracket, when there are none.
    package let end: Int

    /// Reads the array's elements up to the first that is no object with a `role` among `roles`.
    ///
    /// - Parameter array: from bracket to bracket, found by a scan of `body`.
    /// - Throws: `duplicateMember` for two roles or contents in one message.
    package init(of body: [UInt8], array: Range<Int>, roles: [String]) throws(JSONError) {
        let text = body.span.extracting(..<array.upperBound)
        var at = array.lowerBound + 1
        isArrayEmpty = JSONLexer.closes(text, &at, .closeBracket)
        var end = isArrayEmpty ? array.lowerBound + 1 : at
        var messages: [Message] = []
        while !isArrayEmpty, !roles.isEmpty, text[at] == .openBrace {
            let start = at
            _ = try JSONLexer.skipValue(text, &at, depth: 0, .standard)
            let members = try JSONScanner.topLevel(body, in: start..<at, wanted: ["role", "content"])
            guard let field = members["role"], field.kind == .string else { break }
            let role = try field.string(in: body)
            guard roles.contains(role) else { break }
            messages.append(Message(role: role, content: members["content"], range: start..<at))
            end = at
            guard try JSONLexer.hasNext(text, &at, .closeBracket) else { break }
        }
        self.messages = messages
        self.end = end
    }
}

extension JSONEdits {
    /// Adds an element behind the leading messages. `message` is JSON; several calls with one `leading` add several, in their order.
    package mutating func insertMessage(_ message: [UInt8], behind leading: JSONLeadingMessages) {
        if !leading.messages.isEmpty { return insert([.comma] + message, at: leading.end) }
        guard leading.isArrayEmpty else { return insert(message + [.comma], at: leading.end) }
        insert((hasInsertion(at: leading.end) ? [.comma] : []) + message, at: leading.end)
    }

    /// Adds an element at an end of an array. `element` is JSON, `array` goes from bracket to bracket.
    package mutating func insertElement(_ element: [UInt8], inArray array: Range<Int>, of body: [UInt8], at end: JSONEdit.End) {
        var inside = array.lowerBound + 1
        let isEmpty = JSONLexer.closes(body.span.extracting(..<array.upperBound), &inside, .closeBracket)
        var offset = array.lowerBound + 1
        if !isEmpty, end == .end {
            offset = array.upperBound - 1
            while body[offset - 1] <= .space { offset -= 1 }
        }
        let isFirst = isEmpty && !hasInsertion(at: offset)
        insert(isFirst ? element : isEmpty || end == .end ? [.comma] + element : element + [.comma], at: offset)
    }

    /// Adds text to a string by writing it inside the quotes.
    ///
    /// - Parameters:
    ///   - string: from quote to quote, found by a scan.
    ///   - separator: stands between the two texts, unless the string was empty.
    package mutating func addText(_ text: String, toString string: Range<Int>, at end: JSONEdit.End, separator: String = "") {
        let between = string.count == 2 ? "" : separator
        var bytes: [UInt8] = []
        JSONText.appendEscaped((end == .start ? text + between : between + text).utf8Span.span, to: &bytes)
        insert(bytes, at: end == .start ? string.lowerBound + 1 : string.upperBound - 1)
    }
}
