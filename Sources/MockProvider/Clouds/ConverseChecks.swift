import JSONBytes

/// What Bedrock refuses in a request.
enum ConverseChecks {
    private static let members: Set<String> = [
        "messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig", "additionalModelRequestFields", "additionalModelResponseFieldPaths",
        "requestMetadata", "performanceConfig", "serviceTier", "outputConfig",
    ]
    private static let blocks: Set<String> = [
        "text", "image", "document", "audio", "video", "toolUse", "toolResult", "reasoningContent", "cachePoint",
    ]

    /// - Returns: nil when Bedrock would take the request.
    static func mistake(_ body: JSONObject) -> String? {
        if let unknown = body.names.first(where: { !members.contains($0) }) { return "extraneous key [\(unknown)] is not permitted" }
        guard let messages = body["messages"]?.array, !messages.isEmpty else { return "A conversation must start with a user message." }
        var open: Set<String> = []
        for (index, message) in messages.enumerated() {
            guard message["role"]?.string == (index % 2 == 0 ? "user" : "assistant") else { return "roles must alternate between user and assistant" }
            if let mistake = mistake(message, index, &open) { return mistake }
        }
        guard open.isEmpty else { return "Expected toolResult blocks for the toolUse blocks of the last message." }
        let hasCalls = messages.contains { ($0["content"]?.array ?? []).contains { $0["toolUse"] != nil } }
        return hasCalls && body["toolConfig"] == nil ? "The toolConfig field must be defined when using toolUse and toolResult content blocks." : nil
    }

    private static func mistake(_ message: JSONValue, _ index: Int, _ open: inout Set<String>) -> String? {
        guard let content = message["content"]?.array, !content.isEmpty else { return "The content field of messages.\(index) is empty." }
        let results = Set(content.compactMap { $0["toolResult"]?["toolUseId"]?.string })
        if !open.isEmpty || !results.isEmpty, results != open { return "messages.\(index): unexpected or missing toolResult blocks" }
        open = []
        for block in content {
            guard let members = block.object, members.count == 1, let name = members.names.first, blocks.contains(name) else {
                return "messages.\(index): a block must be of one kind"
            }
            if let mistake = mistake(block, &open) { return "messages.\(index): " + mistake }
        }
        let hasDocument = content.contains { $0["document"] != nil }
        return hasDocument && !content.contains { $0["text"] != nil } ? "a document needs a text beside it" : nil
    }

    private static func mistake(_ block: JSONValue, _ open: inout Set<String>) -> String? {
        if let text = block["text"] { return (text.string ?? "").allSatisfy(\.isWhitespace) ? "text must not be blank" : nil }
        if let result = block["toolResult"] { return (result["content"]?.array ?? []).isEmpty ? "toolResult.content must not be empty" : nil }
        for name in ["image", "document", "audio"] {
            guard let media = block[name] else { continue }
            if media["format"]?.string == nil || media["source"]?["bytes"]?.string == nil { return "\(name) needs a format and bytes" }
            if name == "document", (media["name"]?.string ?? "").isEmpty { return "document needs a name" }
        }
        guard let use = block["toolUse"] else { return nil }
        guard let id = use["toolUseId"]?.string, (1...64).contains(id.utf8.count), use["input"]?.object != nil else {
            return "toolUse needs an id of at most 64 characters and an input"
        }
        open.insert(id)
        return nil
    }
}
