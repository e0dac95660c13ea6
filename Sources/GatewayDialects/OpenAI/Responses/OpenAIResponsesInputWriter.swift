import GatewayCore
import JSONBytes

/// Writes a conversation as items.
///
/// Thoughts go back only with OpenAI's own seal; those of other providers are left out, as are their seals on calls (wire.md, section 7.5).
struct OpenAIResponsesInputWriter {
    private(set) var items: [JSONValue] = []
    private(set) var hasSeals = false

    /// In whose words losses are named.
    private let client: ChatFormat
    /// Content of the message that is being put together.
    private var content: [JSONValue] = []

    init(client: ChatFormat) { self.client = client }

    /// - Parameter system: what stands before the conversation, besides the instructions.
    mutating func write(_ system: [String], _ turns: [ChatTurn], _ losses: inout ChatLosses) throws(GatewayError) {
        for text in system {
            content = [Self.text(text)]
            closeMessage(.system)
        }
        for turn in turns {
            for part in turn.parts { try write(part, of: turn, &losses) }
            closeMessage(turn.role)
        }
    }

    private mutating func write(_ part: ChatPart, of turn: ChatTurn, _ losses: inout ChatLosses) throws(GatewayError) {
        switch part {
        // The model's own words are messages of one text each: a list of typed parts would need an id and a status by the format's own types.
        case .text(let text) where turn.role == .assistant:
            closeMessage(turn.role)
            if !text.isEmpty { items.append(["type": "message", "role": "assistant", "content": .string(text)]) }
        case .text(let text): if !text.isEmpty { content.append(Self.text(text)) }
        case .refusal(let text): content.append(turn.role == .assistant ? ["type": "refusal", "refusal": .string(text)] : Self.text(text))
        case .image, .document, .audio: content.append(try media(part, turn.role, at: turn.place, &losses))
        case .thinking(let thinking):
            closeMessage(turn.role)
            write(thinking, turn, &losses)
        case .call(let call):
            closeMessage(turn.role)
            items.append([
                "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
                "arguments": .string(call.arguments.isEmpty ? "{}" : call.arguments),
            ])
        case .result(let result):
            closeMessage(turn.role)
            items.append(["type": "function_call_output", "call_id": .string(result.id), "output": try output(of: result, &losses)])
        }
    }

    private mutating func closeMessage(_ role: ChatTurn.Role) {
        guard !content.isEmpty else { return }
        let name: JSONValue =
            switch role {
            case .user, .tool: "user"
            case .assistant: "assistant"
            case .system: "developer"
            }
        items.append(["type": "message", "role": name, "content": .array(content)])
        content = []
    }

    private mutating func write(_ thinking: ChatThinking, _ turn: ChatTurn, _ losses: inout ChatLosses) {
        guard let seal = thinking.seal, seal.kind == .encrypted else {
            if !thinking.text.isEmpty { losses.hint(turn.place + ".thinking") }
            return
        }
        hasSeals = true
        var item: JSONObject = ["type": "reasoning"]
        if let id = seal.id { item["id"] = .string(id) }
        item["summary"] = thinking.text.isEmpty ? [] : [["type": "summary_text", "text": .string(thinking.text)]]
        item["encrypted_content"] = .string(seal.data)
        items.append(.object(item))
    }

    private static func text(_ text: String) -> JSONValue { ["type": "input_text", "text": .string(text)] }
}

// What functions returned, and media.
extension OpenAIResponsesInputWriter {
    /// There is no field for a failure: its text says it.
    private func output(of result: ChatResult, _ losses: inout ChatLosses) throws(GatewayError) -> JSONValue {
        if result.isError { losses.hint(result.place + "." + ChatField.resultIsError.name(in: client)) }
        switch result.parts.count {
        case 0: return ""
        case 1: if case .text(let text) = result.parts[0] { return .string(text) }
        default: break
        }
        var values: [JSONValue] = []
        for part in result.parts {
            if case .text(let text) = part {
                values.append(Self.text(text))
            } else {
                values.append(try media(part, .tool, at: result.place, &losses))
            }
        }
        return .array(values)
    }

    private func media(
        _ part: ChatPart, _ role: ChatTurn.Role, at place: String, _ losses: inout ChatLosses
    ) throws(GatewayError) -> JSONValue {
        guard role == .user || role == .tool else {
            throw losses.meaning(place, "the provider of this model takes pictures and files from users and functions only.")
        }
        switch part {
        case .image(let media): return try image(media, at: place, losses)
        case .document(let media): return document(media, at: place, &losses)
        case .audio: throw losses.meaning(place, "the provider of this model takes no sound in the OpenAI responses format.")
        case .text, .refusal, .thinking, .call, .result: throw losses.meaning(place, "a function's output holds texts, pictures and files only.")
        }
    }

    private func image(_ media: ChatMedia, at place: String, _ losses: ChatLosses) throws(GatewayError) -> JSONValue {
        let url: String =
            switch media.source {
            case .base64(let type, let data): OpenAIResponsesMedia.dataURL(type: type, data: data)
            case .url(let url, _): url
            case .text: throw losses.meaning(place, "a picture cannot be a text.")
            }
        // What is so anyway, for servers that insist on the member.
        return ["type": "input_image", "image_url": .string(url), "detail": "auto"]
    }

    private func document(_ media: ChatMedia, at place: String, _ losses: inout ChatLosses) -> JSONValue {
        switch media.source {
        case .base64(let type, let data):
            return [
                "type": "input_file", "filename": .string(media.title ?? OpenAIResponsesMedia.name(ofType: type)),
                "file_data": .string(OpenAIResponsesMedia.dataURL(type: type, data: data)),
            ]
        case .url(let url, _):
            if media.title != nil { losses.hint(place + "." + ChatField.documentTitle.name(in: client)) }
            return ["type": "input_file", "file_url": .string(url)]
        case .text(let text):
            if media.title != nil { losses.hint(place + "." + ChatField.documentTitle.name(in: client)) }
            return Self.text(text)
        }
    }
}
