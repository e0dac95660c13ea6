import GatewayCore
import JSONBytes

// Parts become blocks.
extension BedrockRequestWriter {
    /// A block of anything but calls and results; nil for what has none.
    mutating func block(_ part: ChatPart, in turn: ChatTurn) throws(GatewayError) -> JSONValue? {
        switch part {
        case .text(let text), .refusal(let text): return AnthropicRequestWriter.isBlank(text) ? nil : ["text": .string(text)]
        case .image(let media): return try image(media, in: turn)
        case .document(let media): return try document(media, in: turn)
        case .audio(let media): return try audio(media, in: turn)
        case .thinking(let thinking): return self.thinking(thinking, in: turn)
        case .call, .result: return nil
        }
    }

    /// Thoughts go back with the seal of who made them, or not at all.
    private mutating func thinking(_ thinking: ChatThinking, in turn: ChatTurn) -> JSONValue? {
        let isOwn = thinking.seal?.kind == .signature || thinking.seal?.kind == .blob
        guard takesThoughts, isOwn, let seal = thinking.seal, turn.role == .assistant else {
            if !thinking.text.isEmpty || isOwn { losses.hint(placeName(turn) + ".thinking") }
            return nil
        }
        if seal.kind == .blob { return ["reasoningContent": ["redactedContent": .string(seal.data)]] }
        return ["reasoningContent": ["reasoningText": ["text": .string(thinking.text), "signature": .string(seal.data)]]]
    }

    func call(_ call: ChatCall, _ id: String, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        guard Self.isToolName(call.name) else {
            throw losses.meaning(placeName(turn), "this provider takes names of tools of letters, digits, _ and - only, 64 at most.")
        }
        guard let input = AnthropicRequestWriter.object(call.arguments) else {
            throw .fieldRefused(field: placeName(turn), reason: "the arguments of a call are not a JSON object.")
        }
        return ["toolUse": ["toolUseId": .string(id), "name": .string(call.name), "input": .object(input)]]
    }

    mutating func result(_ result: ChatResult, _ id: String, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        var blocks: [JSONValue] = []
        for part in result.parts {
            let place = ChatTurn(.tool, [], place: result.place.isEmpty ? turn.place : result.place)
            if let block = try block(part, in: place) { blocks.append(block) }
        }
        // Content has to be there.
        if blocks.isEmpty { blocks = [["text": " "]] }
        var value: JSONObject = ["toolUseId": .string(id), "content": .array(blocks)]
        // Success is what it is without a word, and not every model takes the word.
        if result.isError { value["status"] = "error" }
        return ["toolResult": .object(value)]
    }
}

// Pictures, sounds and documents: bytes only.
extension BedrockRequestWriter {
    private static let imageFormats = ["image/jpeg": "jpeg", "image/jpg": "jpeg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"]
    private static let audioFormats = ["audio/wav": "wav", "audio/mp3": "mp3", "audio/mpeg": "mp3"]
    private static let documentFormats = [
        "application/pdf": "pdf", "text/csv": "csv", "application/msword": "doc", "text/html": "html", "text/plain": "txt", "text/markdown": "md",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx", "application/vnd.ms-excel": "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    ]

    private func refuseMediaOfAssistant(_ turn: ChatTurn) throws(GatewayError) {
        guard turn.role == .assistant || turn.role == .system else { return }
        throw losses.meaning(placeName(turn), "this provider takes pictures and documents from the user only.")
    }

    private func noAddresses(_ turn: ChatTurn) -> GatewayError {
        losses.meaning(placeName(turn), "this provider fetches no addresses. Send the bytes.")
    }

    private func image(_ media: ChatMedia, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        try refuseMediaOfAssistant(turn)
        switch media.source {
        case .base64(let type, let data):
            guard let format = Self.imageFormats[type.lowercased()] else {
                throw losses.meaning(placeName(turn), "this provider takes JPEG, PNG, GIF and WebP pictures only.")
            }
            return ["image": ["format": .string(format), "source": ["bytes": .string(data)]]]
        case .url: throw noAddresses(turn)
        case .text: throw losses.meaning(placeName(turn), "a picture cannot be plain text.")
        }
    }

    private func audio(_ media: ChatMedia, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        try refuseMediaOfAssistant(turn)
        guard case .base64(let type, let data) = media.source, let format = Self.audioFormats[type.lowercased()], turn.role == .user else {
            throw losses.meaning(placeName(turn), "this provider takes sounds as bytes of WAV or MP3 only, from the user.")
        }
        return ["audio": ["format": .string(format), "source": ["bytes": .string(data)]]]
    }

    private mutating func document(_ media: ChatMedia, in turn: ChatTurn) throws(GatewayError) -> JSONValue {
        try refuseMediaOfAssistant(turn)
        let name = documentName(media.title, in: turn)
        switch media.source {
        case .text(let text): return Self.document(name, "txt", ["bytes": .string(Base64.encoded(text.utf8))])
        case .url: throw noAddresses(turn)
        case .base64(let type, let data):
            let type = type.lowercased().prefix { $0 != ";" }
            guard let format = Self.documentFormats[String(type)] else {
                throw losses.meaning(placeName(turn), "this provider takes PDF, text, HTML, Markdown, CSV, Word and Excel documents only.")
            }
            return Self.document(name, format, ["bytes": .string(data)])
        }
    }

    /// A name has to be there and may hold letters, digits, single spaces, hyphens, parentheses and brackets only.
    private mutating func documentName(_ title: String?, in turn: ChatTurn) -> String {
        let plain = (title ?? "").unicodeScalars.map { scalar -> Character in
            let isAllowed =
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-()[]".unicodeScalars.contains(scalar))
            return isAllowed ? Character(scalar) : " "
        }
        let name = String(plain.split(separator: " ").joined(separator: " ").prefix(200))
        if let title, title != name { losses.hint("\(placeName(turn)).\(self.name(.documentTitle))") }
        return name.isEmpty ? "document" : name
    }

    private static func document(_ name: String, _ format: String, _ source: JSONValue) -> JSONValue {
        ["document": ["format": .string(format), "name": .string(name), "source": source]]
    }

    static func isToolName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(AnthropicToolIDs.isAllowed)
    }
}
