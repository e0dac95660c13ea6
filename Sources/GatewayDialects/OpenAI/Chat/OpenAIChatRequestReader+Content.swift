import GatewayCore
import JSONBytes

// What messages hold.
extension OpenAIChatRequestReader {
    enum PartKind: String {
        case text, refusal, file
        case image = "image_url"
        case audio = "input_audio"
    }

    /// The `content` of a message. Texts that are empty say nothing, and several providers refuse them: there is no part for them.
    ///
    /// - Parameter kinds: those that a message of this role may have.
    mutating func content(_ message: inout OpenAIChatFields, of kinds: [PartKind], isNeeded: Bool) throws(GatewayError) -> [ChatPart] {
        guard let value = message.value("content") else {
            guard !isNeeded else { throw message.refused("content", "it must be there, and be a string or a list of parts.") }
            return []
        }
        if let text = value.string { return text.isEmpty ? [] : [.text(text)] }
        guard let list = value.array else { throw message.refused("content", "it must be a string or a list of parts.") }
        var parts: [ChatPart] = []
        for (index, value) in list.enumerated() {
            if let part = try part(value, at: message.path("content[\(index)]"), of: kinds) { parts.append(part) }
        }
        return parts
    }

    private mutating func part(_ value: JSONValue, at place: String, of kinds: [PartKind]) throws(GatewayError) -> ChatPart? {
        var fields = try OpenAIChatFields(value, at: place)
        guard let kind = PartKind(rawValue: try fields.text("type")), kinds.contains(kind) else {
            throw fields.refused("type", "it must be one of: \(kinds.map(\.rawValue).joined(separator: ", ")), in a message of this role.")
        }
        let part: ChatPart?
        switch kind {
        case .text: part = try string("text", of: &fields).map(ChatPart.text)
        case .refusal: part = try string("refusal", of: &fields).map(ChatPart.refusal)
        case .image: part = .image(try image(&fields))
        case .audio: part = .audio(try audio(&fields))
        case .file: part = try file(&fields).map(ChatPart.document)
        }
        // The second is Anthropic's, which several servers take in this format too.
        for name in ["prompt_cache_breakpoint", "cache_control"] where fields.value(name) != nil { note(fields.path(name), .hint) }
        noteRest(of: fields)
        return part
    }

    private func string(_ name: String, of fields: inout OpenAIChatFields) throws(GatewayError) -> String? {
        guard let text = try fields.string(name) else { throw fields.refused(name, "it must be there, and be a string.") }
        return text.isEmpty ? nil : text
    }

    private mutating func image(_ fields: inout OpenAIChatFields) throws(GatewayError) -> ChatMedia {
        var image = try fields.neededObject("image_url")
        let address = try image.text("url")
        // Bears on cost and sharpness, and no other format has it (wire.md, section 7.5).
        if let detail = try image.string("detail"), detail != "auto" { note(image.path("detail"), .hint) }
        noteRest(of: image)
        if OpenAIDataURI.isWebAddress(address) { return ChatMedia(.url(address, type: nil)) }
        guard let data = OpenAIDataURI(address) else {
            throw image.refused("url", "it must be an https: address, or a data: address with bytes in it.")
        }
        guard data.type.hasPrefix("image/") else { throw image.refused("url", "its data: address must say a media type of an image.") }
        return ChatMedia(.base64(type: data.type, data: data.base64))
    }

    private mutating func audio(_ fields: inout OpenAIChatFields) throws(GatewayError) -> ChatMedia {
        var audio = try fields.neededObject("input_audio")
        let data = try audio.text("data")
        let format = try audio.text("format")
        guard format == "wav" || format == "mp3" else { throw audio.refused("format", "it must be wav or mp3.") }
        noteRest(of: audio)
        return ChatMedia(.base64(type: "audio/" + format, data: data))
    }

    private mutating func file(_ fields: inout OpenAIChatFields) throws(GatewayError) -> ChatMedia? {
        var file = try fields.neededObject("file")
        let name = try file.string("filename")
        guard try file.string("file_id") == nil else {
            note(file.path("file_id"), .meaning("the file is not with the provider of this model. Send it as file_data."))
            return nil
        }
        let address = try file.text("file_data")
        guard let data = OpenAIDataURI(address) else { throw file.refused("file_data", "it must be a data: address with bytes in it.") }
        noteRest(of: file)
        return ChatMedia(.base64(type: data.type, data: data.base64), title: name)
    }
}
