import JSONBytes

/// How what two chunks say of the same member becomes one. In place: a long answer has many thousand pieces.
enum OpenAIJoining {
    /// Lists grow, objects merge, and text grows where it is known to be streamed in pieces.
    case pieces
    /// What comes later replaces what was said before, member by member.
    case lastWord

    /// Text that arrives in pieces, in deltas and what they hold.
    private static let streamed: Set<String> = [
        "content", "refusal", "reasoning_content", "reasoning", "text", "summary", "thinking", "arguments", "input", "data", "transcript",
    ]

    /// Joins a member to an object that may have it already. Null changes nothing.
    ///
    /// - Returns: false when it cannot be told what the whole would be.
    func join(_ member: JSONObject.Member, to object: inout JSONObject) -> Bool {
        guard var value = object[member.name] else {
            object[member.name] = member.value
            return true
        }
        object[member.name] = .null  // so that the value is held once and can grow where it is
        let isJoined = join(member.value, to: &value, name: member.name)
        object[member.name] = value
        return isJoined
    }

    private func join(_ new: JSONValue, to value: inout JSONValue, name: String) -> Bool {
        let old = value
        value = .null
        switch (consume old, new) {
        case (let old, .null):
            value = old
            return true
        case (.null, _):
            value = new
            return true
        case (.object(var members), .object(let more)):
            let isJoined = more.allSatisfy { join($0, to: &members) }
            value = .object(members)
            return isJoined
        case (.string(var text), .string(let more)) where self == .pieces:
            let isJoined = Self.join(more, to: &text, name: name)
            value = .string(text)
            return isJoined
        case (.array(var list), .array(let more)) where self == .pieces:
            let isJoined = more.allSatisfy { add($0, to: &list) }
            value = .array(list)
            return isJoined
        case (let old, _):
            value = new
            // Text that goes on as a list, or the like, is a format that nobody here knows.
            return self == .lastWord || old.kind == new.kind
        }
    }

    /// - Returns: false when a text that may be repeated or streamed, nobody knows, is not the same again.
    private static func join(_ more: String, to text: inout String, name: String) -> Bool {
        if streamed.contains(name) {
            text += more
            return true
        }
        if text.isEmpty { text = more }
        return more.isEmpty || more == text || saidOnce.contains(name)
    }

    /// Said once for the whole, even where a server repeats it in every chunk: the first word counts.
    private static let saidOnce: Set<String> = ["id", "type", "role", "name"]

    /// Elements with an `index` merge with their like.
    private func add(_ element: JSONValue, to list: inout [JSONValue]) -> Bool {
        guard let index = element["index"]?.int, let position = list.firstIndex(where: { $0["index"]?.int == index }) else {
            list.append(element)
            return true
        }
        return join(element, to: &list[position], name: "")
    }
}
