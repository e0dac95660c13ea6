import JSONBytes

/// What the mock provider says to a conversation, in no dialect: the same for the same request, always.
struct MockReply: Sendable {
    struct Call: Sendable {
        let id: String
        let name: String
        /// JSON of an object; empty for a tool that takes nothing, as some providers have it.
        let arguments: JSONObject
    }

    enum Stop: Sendable {
        case finished, length, filtered, calls
        case sequence(String)
    }

    /// nil: it does not think.
    let thinking: String?
    let pieces: MockText.Pieces
    let calls: [Call]
    let stop: Stop
    let inputTokens: Int
    /// Part of the input.
    let cachedTokens: Int
    let outputTokens: Int
    /// Part of the output.
    let reasoningTokens: Int

    /// - Parameters:
    ///   - form: what the dialect's own reader found in the request.
    ///   - serial: a number no other answer has.
    init(_ form: MockConversation, directives: Directives, serial: Int) {
        thinking = directives.thinks ? "The weir is asked; the weir considers." : nil
        calls = (0..<(directives.calls ?? 0)).compactMap { number in
            guard !form.tools.isEmpty else { return nil }
            let tool = form.tools[number % form.tools.count]
            return Call(id: "call_mock" + mockSerial(serial) + "_\(number)", name: tool.name, arguments: MockValue.object(of: tool.schema))
        }
        if directives.calls != nil, directives.chunks == nil {
            pieces = MockText.Pieces(words: [])
        } else if let schema = form.schema {
            pieces = MockText.Pieces(words: [String(decoding: JSONValue.object(MockValue.object(of: schema)).written(), as: UTF8.self)])
        } else {
            pieces = MockText.pieces(saying: form.lastSaid, directives)
        }
        switch directives.stop {
        case "length": stop = .length
        case "filter": stop = .filtered
        case "sequence": stop = .sequence(form.stops.first ?? "END")
        default: stop = calls.isEmpty ? .finished : .calls
        }
        reasoningTokens = thinking == nil ? 0 : 7
        inputTokens = form.inputTokens
        cachedTokens = min(form.inputTokens, directives.cachedTokens ?? 0)
        outputTokens = pieces.count + calls.count * 5 + reasoningTokens
    }
}

/// What a reply depends on.
struct MockConversation: Sendable {
    struct Tool: Sendable {
        let name: String
        let schema: JSONValue?
    }

    var tools: [Tool] = []
    /// That of the answer, when JSON is asked for.
    var schema: JSONValue?
    var stops: [String] = []
    var lastSaid = ""
    var inputTokens = 0
}

/// Values that satisfy a schema, as far as tests need it.
enum MockValue {
    static func object(of schema: JSONValue?) -> JSONObject {
        var result = JSONObject()
        for member in schema?["properties"]?.object ?? JSONObject() { result[member.name] = value(of: member.value) }
        return result
    }

    private static func value(of schema: JSONValue) -> JSONValue {
        if let first = schema["enum"]?[0] { return first }
        switch (schema["type"]?.string ?? schema["type"]?[0]?.string ?? "string").lowercased() {
        case "integer", "number": return 7
        case "boolean": return true
        case "array": return JSONValue([schema["items"].map(value) ?? "weir"])
        case "object": return .object(object(of: schema))
        default: return "weir"
        }
    }
}
