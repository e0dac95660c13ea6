import GatewayCore
import JSONBytes

// Parts become blocks.
//
// - SeeAlso: wire.md, section 7.5
extension AnthropicRequestWriter {
    /// Whether Anthropic itself made this seal.
    static func isOwn(_ seal: ChatSeal?) -> Bool { seal?.kind == .signature || seal?.kind == .redacted }

    /// A block of anything but calls and results; nil for what has none.
    mutating func block(_ part: ChatPart, in turn: ChatTurn) throws(GatewayError) -> JSONValue? {
        switch part {
        case .text(let text), .refusal(let text):
            guard !Self.isBlank(text) else { return nil }
            return Self.textBlock(text)
        case .image(let media):
            try refuseMediaOfAssistant(turn)
            return try image(media, in: turn)
        case .document(let media):
            try refuseMediaOfAssistant(turn)
            return try document(media, in: turn)
        case .audio: throw losses.meaning(placeName(turn), "this provider does not hear. Send the words as text.")
        case .thinking(let thinking): return self.thinking(thinking, in: turn)
        case .call, .result: return nil
        }
    }

    /// Thoughts go back with the seal of who made them, or not at all.
    private mutating func thinking(_ thinking: ChatThinking, in turn: ChatTurn) -> JSONValue? {
        guard takesThoughts, let seal = thinking.seal, Self.isOwn(seal), turn.role == .assistant else {
            // A seal of somebody else's says nothing here.
            if !thinking.text.isEmpty || Self.isOwn(thinking.seal) { losses.hint(placeName(turn) + ".thinking") }
            return nil
        }
        if seal.kind == .redacted { return ["type": "redacted_thinking", "data": .string(seal.data)] }
        return ["type": "thinking", "thinking": .string(thinking.text), "signature": .string(seal.data)]
    }

    mutating func call(_ call: ChatCall, _ id: String, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        guard Self.isName(call.name) else {
            throw losses.meaning(placeName(turn), "this provider takes names of tools of letters, digits, _ and - only, 128 at most.")
        }
        guard let input = Self.object(call.arguments) else {
            throw .fieldRefused(field: placeName(turn), reason: "the arguments of a call are not a JSON object.")
        }
        return ["type": "tool_use", "id": .string(id), "name": .string(call.name), "input": .object(input)]
    }

    /// The object that arguments spell; no text at all is an empty one.
    static func object(_ arguments: String) -> JSONObject? {
        guard !isBlank(arguments) else { return JSONObject() }
        return try? JSONValue(parsing: Array(arguments.utf8)).object
    }

    mutating func result(_ result: ChatResult, _ id: String, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        var blocks: [JSONValue] = []
        for part in result.parts {
            let place = ChatTurn(.tool, [], place: result.place.isEmpty ? turn.place : result.place)
            if let block = try block(part, in: place) { blocks.append(block) }
        }
        var value: JSONObject = ["type": "tool_result", "tool_use_id": .string(id)]
        if !blocks.isEmpty { value["content"] = .array(blocks) }
        if result.isError { value["is_error"] = true }
        return .object(value)
    }
}

// Pictures and documents.
extension AnthropicRequestWriter {
    private static let imageTypes: Set<String> = ["image/jpeg", "image/png", "image/gif", "image/webp"]

    private func refuseMediaOfAssistant(_ turn: ChatTurn) throws(GatewayError) {
        guard turn.role == .assistant || turn.role == .system else { return }
        throw losses.meaning(placeName(turn), "this provider takes pictures and documents from the user only.")
    }

    private func image(_ media: ChatMedia, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        switch media.source {
        case .base64(let type, let data):
            let type = type.lowercased() == "image/jpg" ? "image/jpeg" : type.lowercased()
            guard Self.imageTypes.contains(type) else {
                throw losses.meaning(placeName(turn), "this provider takes JPEG, PNG, GIF and WebP pictures only.")
            }
            return ["type": "image", "source": Self.base64(type, data)]
        case .url(let url, _): return ["type": "image", "source": try address(url, in: turn)]
        case .text: throw losses.meaning(placeName(turn), "a picture cannot be plain text.")
        }
    }

    private func document(_ media: ChatMedia, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        var block: JSONObject = ["type": "document"]
        block["source"] = try documentSource(media.source, in: turn)
        block["title"] = media.title.map(JSONValue.string)
        return .object(block)
    }

    private func documentSource(_ source: ChatMedia.Source, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        let refusal = losses.meaning(placeName(turn), "this provider takes PDF and plain text documents only.")
        switch source {
        case .text(let text): return Self.plainText(text)
        case .url(let url, let type):
            guard type == nil || type == "application/pdf" else { throw refusal }
            return try address(url, in: turn)
        case .base64(let type, let data):
            let type = type.lowercased()
            if type == "application/pdf" { return Self.base64(type, data) }
            guard type.hasPrefix("text/"), let bytes = Base64.decoded(data) else { throw refusal }
            guard let text = String(validating: bytes, as: UTF8.self) else { throw refusal }
            return Self.plainText(text)
        }
    }

    private func address(_ url: String, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard scheme == "https" || scheme == "http" else {
            throw losses.meaning(placeName(turn), "this provider fetches addresses that begin with https only.")
        }
        return ["type": "url", "url": .string(url)]
    }

    private static func base64(_ type: String, _ data: String) -> JSONValue {
        ["type": "base64", "media_type": .string(type), "data": .string(data)]
    }

    private static func plainText(_ text: String) -> JSONValue {
        ["type": "text", "media_type": "text/plain", "data": .string(text)]
    }
}
