import GatewayCore
import JSONBytes

/// What one event of a stream says.
struct OpenAIChunk: Equatable {
    enum Kind: Equatable {
        /// Something the model wrote, or its reason to stop: from here on the answer is this provider's.
        case content
        /// Nothing yet: a role, an empty delta, a notice that work has begun.
        case preamble
        /// Token counts and nothing else.
        case usageOnly
        case end
        case error(status: Int?)
        case unreadable
    }

    var kind: Kind
    var usage: Usage?
}

/// Reads the events of chat and legacy completion streams: only those that have to be read, so it may be thorough.
///
/// - SeeAlso: wire.md, section 3.3
enum OpenAIChunkReader {
    private static let chunkNames: JSONNames = ["choices", "usage", "error", "object", "service_tier", "output", "tool_usage", "x_groq"]

    /// Reads the data of one event to its end.
    static func read(_ data: [UInt8]) -> OpenAIChunk {
        guard let top = try? JSONScanner.topLevel(data, wanted: chunkNames) else { return OpenAIChunk(kind: .unreadable) }
        if let error = top["error"], error.kind != .null { return OpenAIChunk(kind: .error(status: OpenAIFault.status(in: data, at: error.value))) }
        // Older vLLM writes the error as the chunk itself.
        if let object = top["object"], let word = try? object.string(in: data), word == "error" { return OpenAIChunk(kind: .error(status: nil)) }
        let usage = OpenAIUsage.read(top, in: data) ?? groqUsage(top, data)
        guard let choices = top["choices"], choices.kind == .array else { return OpenAIChunk(kind: .preamble, usage: usage) }
        guard let list = try? JSONValue(parsing: data, in: choices.value).array else { return OpenAIChunk(kind: .unreadable) }
        if list.isEmpty { return OpenAIChunk(kind: usage == nil ? .preamble : .usageOnly, usage: usage) }
        return OpenAIChunk(kind: list.contains(where: hasContent) ? .content : .preamble, usage: usage)
    }

    /// Groq counts in a place of its own, with the reason to stop.
    private static func groqUsage(_ top: JSONTopLevel, _ data: [UInt8]) -> Usage? {
        guard let groq = top["x_groq"], groq.kind == .object else { return nil }
        return (try? JSONValue(parsing: data, in: groq.value)).flatMap { OpenAIUsage.read($0["usage"]) }
    }

    /// A choice of which something is known beside its number and its role. Members of a delta that nobody knows yet count.
    private static func hasContent(_ choice: JSONValue) -> Bool {
        if !isNothing(choice["finish_reason"]) || !isNothing(choice["text"]) { return true }
        guard let delta = choice["delta"]?.object else { return false }
        return delta.contains { $0.name != "role" && !isNothing($0.value) }
    }

    /// Absent, null or empty.
    private static func isNothing(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .number: false
        }
    }
}

/// Reads the events of responses streams, whose names say what they are.
///
/// - SeeAlso: wire.md, section 3.4
enum OpenAIResponsesEventReader {
    private static let preambles: Set<String> = [
        "response.created", "response.in_progress", "response.queued", "response.output_item.added", "response.content_part.added",
        "response.reasoning_summary_part.added", "keepalive", "ping",
    ]

    private static let eventNames: JSONNames = ["type", "error", "response"]
    private static let responseNames: JSONNames = ["usage", "error", "service_tier", "output", "tool_usage"]

    /// - Parameter name: the event's name; where there is none, the `type` in its data is.
    static func read(name: String?, _ data: [UInt8]) -> OpenAIChunk {
        guard let name = name ?? type(of: data) else { return OpenAIChunk(kind: .unreadable) }
        switch name {
        case "response.completed", "response.incomplete":
            return OpenAIChunk(kind: .end, usage: finalUsage(data))
        case "response.failed":
            return OpenAIChunk(kind: .error(status: failure(data)), usage: finalUsage(data))
        case "error":
            return OpenAIChunk(kind: .error(status: errorStatus(data)))
        default:
            return OpenAIChunk(kind: preambles.contains(name) ? .preamble : .content)
        }
    }

    private static func type(of data: [UInt8]) -> String? {
        guard let top = try? JSONScanner.topLevel(data, wanted: eventNames) else { return nil }
        if let type = top["type"] { return try? type.string(in: data) }
        return top["error"] == nil ? nil : "error"
    }

    private static func response(_ data: [UInt8]) -> JSONTopLevel? {
        guard let top = try? JSONScanner.topLevel(data, wanted: eventNames), let response = top["response"] else { return nil }
        return try? JSONScanner.topLevel(data, in: response.value, wanted: responseNames)
    }

    private static func finalUsage(_ data: [UInt8]) -> Usage? {
        response(data).flatMap { OpenAIUsage.read($0, in: data) }
    }

    private static func failure(_ data: [UInt8]) -> Int? {
        guard let error = response(data)?["error"] else { return nil }
        return OpenAIFault.status(in: data, at: error.value)
    }

    /// `{"type":"error","code":…}`, or the same inside an `error` member.
    static func errorStatus(_ data: [UInt8]) -> Int? {
        guard let top = try? JSONScanner.topLevel(data, wanted: eventNames) else { return nil }
        if let error = top["error"] { return OpenAIFault.status(in: data, at: error.value) }
        return OpenAIFault.status(in: data, at: top.object)
    }
}
