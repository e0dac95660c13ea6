import GatewayCore
import JSONBytes

// Messages.
extension OpenAIChatRequestWriter {
    private static let resultsReason =
        "the provider of this model speaks the OpenAI chat format, whose tool results are text only. Leave it out, or ask for lossy: drop on this route, "
        + "which moves it into a message of the user's."

    mutating func messages() throws(GatewayError) -> [JSONValue] {
        var messages: [JSONValue] = []
        // One message: several servers want the only one in front.
        if !request.system.isEmpty { messages.append(message("system", content(request.system.map(text)))) }
        for turn in request.turns {
            switch turn.role {
            case .system: messages.append(message("system", content(try parts(of: turn))))
            case .user:
                let parts = moved + (try parts(of: turn))
                moved = []
                messages.append(message("user", content(parts)))
            case .assistant:
                flushMoved(to: &messages)
                messages.append(try assistant(turn))
            case .tool: for part in turn.parts { messages.append(try result(part, of: turn)) }
            }
        }
        flushMoved(to: &messages)
        return messages
    }

    private mutating func flushMoved(to messages: inout [JSONValue]) {
        if !moved.isEmpty { messages.append(message("user", .array(moved))) }
        moved = []
    }

    private func message(_ role: String, _ content: JSONValue) -> JSONValue { ["role": .string(role), "content": content] }

    /// One text is a string: the only form that every server takes.
    private func content(_ parts: [JSONValue]) -> JSONValue {
        if parts.isEmpty { return "" }
        if parts.count == 1, let text = parts[0]["text"] { return text }
        return .array(parts)
    }

    private mutating func parts(of turn: ChatTurn) throws(GatewayError) -> [JSONValue] {
        var parts: [JSONValue] = []
        for part in turn.parts { parts.append(try media(part, at: turn.place)) }
        return parts
    }

    /// A result is text. What else it holds is moved where the route allows it, with a word where it comes from.
    private mutating func result(_ part: ChatPart, of turn: ChatTurn) throws(GatewayError) -> JSONValue {
        guard case .result(let result) = part else { throw losses.meaning(turn.place, "a turn of tool results holds something else.") }
        let place = result.place.isEmpty ? turn.place : result.place
        var texts: [JSONValue] = []
        var others: [JSONValue] = []
        for part in result.parts {
            let written = try media(part, at: place)
            if written["text"] != nil { texts.append(written) } else { others.append(written) }
        }
        if !others.isEmpty {
            try losses.tuning(place, Self.resultsReason)
            moved += [text("Returned by the call \(result.id):")] + others
        }
        // The text says it too (wire.md, section 7.3).
        if result.isError { losses.hint(place + "." + name(.resultIsError)) }
        return ["role": "tool", "tool_call_id": .string(id(result.id)), "content": content(texts)]
    }
}

// What the model said before.
extension OpenAIChatRequestWriter {
    private mutating func assistant(_ turn: ChatTurn) throws(GatewayError) -> JSONValue {
        var said: [JSONValue] = []
        var calls: [JSONValue] = []
        var thoughts: [String] = []
        for part in turn.parts {
            switch part {
            case .text(let words): said.append(text(words))
            case .refusal(let words) where quirks.refusesInMessages.contains("refusal"): said.append(text(words))
            case .refusal(let words): said.append(["type": "refusal", "refusal": .string(words)])
            case .thinking(let thinking): if !thinking.text.isEmpty { thoughts.append(thinking.text) }
            case .call(let made): calls.append(call(made))
            case .image, .audio, .document, .result:
                throw losses.meaning(turn.place, "the provider of this model takes from an assistant's turn text and calls only.")
            }
        }
        var message: JSONObject = ["role": "assistant", "content": said.isEmpty && !calls.isEmpty ? .null : content(said)]
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        if let name = quirks.thoughts, !thoughts.isEmpty {
            message[name] = .string(thoughts.joined(separator: "\n\n"))
        } else if !thoughts.isEmpty {
            // Most providers of this format take none back (wire.md, section 7.5).
            losses.hint(turn.place + ".thinking")
        }
        return .object(message)
    }

    private func id(_ id: String) -> String { quirks.callIDLength.map { OpenAICallIDs.id(id, length: $0) } ?? id }

    private func call(_ call: ChatCall) -> JSONValue {
        [
            "id": .string(id(call.id)), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(call.arguments.isEmpty ? "{}" : call.arguments)],
        ]
    }
}

// Texts, images, sounds and files.
extension OpenAIChatRequestWriter {
    private func text(_ words: String) -> JSONValue { ["type": "text", "text": .string(words)] }

    private mutating func media(_ part: ChatPart, at place: String) throws(GatewayError) -> JSONValue {
        switch part {
        case .text(let words), .refusal(let words): return text(words)
        case .image(let media): return try image(media, at: place)
        case .audio(let media): return try audio(media, at: place)
        case .document(let media): return try document(media, at: place)
        case .thinking, .call, .result:
            throw losses.meaning(place, "the provider of this model takes thoughts, calls and results in other turns only.")
        }
    }

    private func image(_ media: ChatMedia, at place: String) throws(GatewayError) -> JSONValue {
        let address: String
        switch media.source {
        case .base64(let type, let data): address = dataURI(type, data)
        case .url(let url, _) where OpenAIDataURI.isWebAddress(url): address = url
        case .url, .text: throw losses.meaning(place, "the provider of this model takes images as bytes or from https: addresses only.")
        }
        return ["type": "image_url", "image_url": ["url": .string(address)]]
    }

    private func audio(_ media: ChatMedia, at place: String) throws(GatewayError) -> JSONValue {
        let formats = ["audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav", "audio/mp3": "mp3", "audio/mpeg": "mp3"]
        guard case .base64(let type, let data) = media.source, let format = formats[type.lowercased()] else {
            throw losses.meaning(place, "the provider of this model takes sound as bytes of WAV or MP3 only.")
        }
        return ["type": "input_audio", "input_audio": ["data": .string(data), "format": .string(format)]]
    }

    private mutating func document(_ media: ChatMedia, at place: String) throws(GatewayError) -> JSONValue {
        switch media.source {
        case .text(let words):
            if media.title != nil { losses.hint(place + "." + name(.documentTitle)) }
            return text(words)
        case .base64(let type, let data):
            // A name is required.
            let name = media.title ?? (type.lowercased() == "application/pdf" ? "document.pdf" : "document")
            return ["type": "file", "file": ["filename": .string(name), "file_data": .string(dataURI(type, data))]]
        case .url: throw losses.meaning(place, "the provider of this model takes documents as bytes only, not from addresses.")
        }
    }

    private func dataURI(_ type: String, _ data: String) -> String { "data:\(type);base64,\(data)" }
}
