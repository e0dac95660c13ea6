import JSONBytes

/// Reads the events of a stream that have to be read, so it may be thorough.
///
/// - SeeAlso: wire.md, section 4.3
enum AnthropicEventReader {
    /// - Parameter name: the event's name; where there is none, the `type` in its data is.
    /// - Returns: also the `usage` object, where there is one.
    static func read(name: String?, _ data: [UInt8]) -> (kind: PassedEvent, usage: JSONValue?) {
        if name == "ping" { return (.preamble, nil) }
        if name == "error" { return (.error(status: status(data)), nil) }
        guard let value = try? JSONValue(parsing: data), value.object != nil else { return (.unreadable, nil) }
        switch name ?? value["type"]?.string {
        case "message_start": return (.preamble, value["message"]?["usage"])
        case "content_block_start": return (isEmpty(value["content_block"]) ? .preamble : .content, nil)
        case "content_block_delta": return (isEmpty(value["delta"]) ? .preamble : .content, nil)
        case "message_delta": return (.content, value["usage"])
        case "message_stop": return (.end, nil)
        case "error": return (.error(status: status(data)), nil)
        case nil where value["error"]?.object != nil: return (.error(status: status(data)), nil)
        // The end of a block, and what Anthropic promises to add.
        default: return (.preamble, nil)
        }
    }

    private static func status(_ data: [UInt8]) -> Int? {
        guard let top = try? JSONScanner.topLevel(data, wanted: ["error"]), let error = top["error"] else { return nil }
        return AnthropicFault.status(in: data, at: error.value)
    }

    /// A block or a piece of one that says no more than of what type it is.
    private static func isEmpty(_ value: JSONValue?) -> Bool {
        guard let object = value?.object else { return true }
        return object.allSatisfy { member in
            switch member.value {
            case _ where member.name == "type": true
            case .null: true
            case .string(let text): text.isEmpty
            case .array(let elements): elements.isEmpty
            case .object(let members): members.isEmpty
            case .bool, .number: false
            }
        }
    }
}
