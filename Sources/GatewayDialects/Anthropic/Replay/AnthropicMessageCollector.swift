import JSONBytes

/// Puts a whole answer together from the events of a stream. It knows every event that it takes: of what it does not know it cannot tell where in the
/// answer it belongs.
struct AnthropicMessageCollector {
    private var message: JSONObject?
    private var blocks: [JSONObject] = []
    /// What the last block is made of, while it is open.
    private var text = ""
    private var isOpen = false
    private var hasStopped = false
    private var hasEnded = false

    /// nil unless the stream came to its end.
    var answer: JSONValue? {
        guard hasEnded, var message else { return nil }
        message["content"] = .array(blocks.map(JSONValue.object))
        return .object(message)
    }

    /// - Returns: false when the event is not known here, or out of order.
    mutating func take(_ data: JSONValue) -> Bool {
        guard !hasEnded else { return false }
        switch data["type"]?.string {
        case "ping": return true
        case "message_start" where message == nil:
            message = data["message"]?.object
            return message != nil
        case "content_block_start": return begin(data)
        case "content_block_delta":
            guard isOpen, data["index"]?.int == blocks.count - 1, let delta = data["delta"] else { return false }
            return take(delta: delta)
        case "content_block_stop": return data["index"]?.int == blocks.count - 1 && end()
        case "message_delta": return stop(data)
        case "message_stop":
            hasEnded = hasStopped
            return hasEnded
        default: return false
        }
    }

    private mutating func begin(_ data: JSONValue) -> Bool {
        guard message != nil, !isOpen, !hasStopped, data["index"]?.int == blocks.count, let block = data["content_block"]?.object else {
            return false
        }
        blocks.append(block)
        text = Self.growing(block)
        isOpen = true
        return true
    }

    /// The member that grows with the deltas.
    private static func growing(_ block: JSONObject) -> String {
        switch block["type"]?.string {
        case "text": block["text"]?.string ?? ""
        case "thinking": block["thinking"]?.string ?? ""
        default: ""
        }
    }

    private mutating func take(delta: JSONValue) -> Bool {
        let last = blocks.count - 1
        let type = blocks[last]["type"]?.string ?? ""
        switch (delta["type"]?.string, type) {
        case ("text_delta", "text"): return grow(delta["text"])
        case ("thinking_delta", "thinking"): return grow(delta["thinking"])
        case ("input_json_delta", _) where blocks[last]["input"] != nil: return grow(delta["partial_json"])
        case ("signature_delta", "thinking"):
            blocks[last]["signature"] = delta["signature"]
            return delta["signature"]?.string != nil
        case ("citations_delta", "text"):
            guard let citation = delta["citation"] else { return false }
            blocks[last]["citations"] = .array((blocks[last]["citations"]?.array ?? []) + [citation])
            return true
        default: return false
        }
    }

    private mutating func grow(_ piece: JSONValue?) -> Bool {
        guard let piece = piece?.string else { return false }
        text += piece
        return true
    }

    private mutating func end() -> Bool {
        guard isOpen else { return false }
        isOpen = false
        let last = blocks.count - 1
        switch blocks[last]["type"]?.string {
        case "text": blocks[last]["text"] = .string(text)
        case "thinking": blocks[last]["thinking"] = .string(text)
        case _ where !text.isEmpty:
            guard let input = try? JSONValue(parsing: Array(text.utf8)), input.object != nil else { return false }
            blocks[last]["input"] = input
        default: break
        }
        return true
    }

    /// Counts and members of the end replace those of the beginning, one by one.
    private mutating func stop(_ data: JSONValue) -> Bool {
        guard var message, !isOpen, let delta = data["delta"]?.object else { return false }
        if var usage = message["usage"]?.object {
            for count in data["usage"]?.object ?? JSONObject() where !count.value.isNull { usage[count.name] = count.value }
            message["usage"] = .object(usage)
        } else {
            message["usage"] = data["usage"]
        }
        for member in delta { message[member.name] = member.value }
        for member in data.object ?? JSONObject() where !["type", "delta", "usage"].contains(member.name) { message[member.name] = member.value }
        hasStopped = hasStopped || message["stop_reason"]?.string != nil
        self.message = message
        return true
    }
}
