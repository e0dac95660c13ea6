package import JSONBytes

/// Tokens out of bytes of text, where nobody counts them. No tokenizer: they differ from model to model, and bytes do not.
///
/// - SeeAlso: wire.md, section 10, whose figures were measured on recordings
package enum TokenReckoning {
    /// What one picture costs, about: a megapixel is 765 tokens at OpenAI, 1,300 at Anthropic and 258 to 1,290 at Gemini.
    package static let tokensPerImage = 1000
    private static let tokensPerMessage = 4
    private static let tokensPerRequest = 3

    /// Bytes / 3.5, rounded up.
    package static func tokens(ofBytes bytes: Int) -> Int {
        let (doubled, isTooLarge) = max(0, bytes).multipliedReportingOverflow(by: 2)
        return isTooLarge ? Int.max / 7 : (doubled + 6) / 7
    }

    /// What a provider reads of a request of any format: its texts, what each message and the request itself add, and pictures.
    package static func input(_ request: JSONValue) -> Int {
        let inner = request["generateContentRequest"] ?? request["generate_content_request"] ?? request
        let messages = ["messages", "contents", "input"].lazy.compactMap { inner[$0]?.array }.first { $0.contains { $0.object != nil } } ?? []
        var sum = TextSum()
        sum.add(request)
        return tokens(ofBytes: sum.bytes) + sum.tokens + sum.images * tokensPerImage + tokensPerMessage * messages.count + tokensPerRequest
    }

    /// Bytes of text in a whole answer of any format: what the model wrote, thoughts and arguments included.
    package static func textBytes(ofAnswer answer: JSONValue) -> Int {
        guard let said = ["choices", "content", "candidates", "output"].lazy.compactMap({ answer[$0] }).first else { return 0 }
        var sum = TextSum()
        sum.add(said)
        return sum.bytes
    }
}

/// Adds up what of a body is text.
private struct TextSum {
    private(set) var bytes = 0
    private(set) var images = 0
    /// Of prompts and texts that are sent as tokens.
    private(set) var tokens = 0

    /// Words of the format, ids and what only a provider can read.
    private static let labels: Set<String> = [
        "type", "role", "id", "object", "model", "status", "finish_reason", "finishReason", "call_id", "tool_call_id", "tool_use_id", "signature",
        "encrypted_content", "thoughtSignature", "thought_signature", "mimeType", "mime_type", "media_type", "encoding_format", "cache_control",
        "prompt_cache_key", "annotations", "logprobs", "citations", "obfuscation", "fileUri", "file_uri",
    ]

    mutating func add(_ value: JSONValue, named name: String = "") {
        switch value {
        case .string(let text): add(text)
        case .array(let elements):
            let areTokens = name == "prompt" || name == "input"
            for element in elements {
                if areTokens, element.number != nil { tokens += 1 } else { add(element, named: name) }
            }
        case .object(let members): add(members)
        case .null, .bool, .number: break
        }
    }

    private mutating func add(_ members: JSONObject) {
        let isMedia = isMedia(members)
        if isMedia, isImage(members) { images += 1 }
        for member in members where !Self.labels.contains(member.name) {
            if (member.name == "data" && isMedia) || member.name == "file_data" { continue }
            add(member.value, named: member.name)
        }
    }

    private mutating func add(_ text: String) {
        if !text.utf8.starts(with: "data:".utf8) {
            bytes += text.utf8.count
        } else if text.utf8.starts(with: "data:image/".utf8) {
            images += 1
        }
    }

    /// Whether `data` of these members is base64 of something else than text.
    private func isMedia(_ members: JSONObject) -> Bool {
        if members["format"]?.string != nil, members["data"]?.string != nil { return true }
        return mediaType(members).map { !$0.hasPrefix("text/") || members["type"] == "base64" } ?? false
    }

    private func isImage(_ members: JSONObject) -> Bool { mediaType(members)?.hasPrefix("image/") ?? false }

    private func mediaType(_ members: JSONObject) -> String? {
        ["media_type", "mimeType", "mime_type"].lazy.compactMap { members[$0]?.string }.first
    }
}
