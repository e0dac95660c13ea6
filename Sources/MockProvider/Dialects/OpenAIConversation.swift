import JSONBytes

/// Reads what a reply depends on out of a request of the OpenAI dialect, whichever of its two forms of a conversation it has.
enum OpenAIConversation {
    static func of(_ request: MockRequest) -> MockConversation {
        let body = request.json ?? JSONObject()
        var form = MockConversation()
        form.tools = (body["tools"]?.array ?? []).compactMap { tool in
            let function = tool["function"] ?? tool
            return function["name"]?.string.map { .init(name: $0, schema: function["parameters"]) }
        }
        form.schema = body["response_format"]?["json_schema"]?["schema"] ?? body["text"]?["format"]?["schema"]
        form.stops = body["stop"]?.string.map { [$0] } ?? (body["stop"]?.array ?? []).compactMap(\.string)
        form.lastSaid = MockText.lastSaid(in: request.json)
        form.inputTokens = MockText.promptTokens(of: request.json)
        return form
    }
}
