import GatewayCore
import JSONBytes

// Pictures and documents.
extension AnthropicRequestReader {
    private static let fileReason = "a file id belongs to one Anthropic account. Send the file itself, or its address."

    mutating func document(_ fields: inout AnthropicFields) throws(GatewayError) -> ChatPart? {
        let title = try fields.string("title")
        if try fields.string("context") != nil { request.extras.append(ChatExtra(fields.name("context"), .tuning)) }
        if let citations = fields.value("citations"), citations["enabled"] != .bool(false) {
            request.extras.append(ChatExtra(fields.name("citations"), .hint))
        }
        guard var media = try media(&fields) else { return nil }
        media.title = title
        return .document(media)
    }

    /// - Returns: nil when the source is one that means something to Anthropic only.
    mutating func media(_ fields: inout AnthropicFields) throws(GatewayError) -> ChatMedia? {
        guard var source = try fields.fields("source") else { throw fields.refused("source", "it must be there, and be an object.") }
        let media: ChatMedia?
        switch try source.requiredString("type") {
        case "base64":
            media = ChatMedia(.base64(type: try source.requiredString("media_type"), data: try source.requiredString("data")))
        case "url": media = ChatMedia(.url(try source.requiredString("url"), type: nil))
        case "text":
            _ = source.value("media_type")  // text/plain, always
            media = ChatMedia(.text(try source.requiredString("data")))
        case "content": media = try contentSource(&source)
        case "file":
            _ = source.value("file_id")
            request.extras.append(ChatExtra(source.name("file_id"), .meaning(Self.fileReason)))
            media = nil
        default:
            request.extras.append(ChatExtra(source.place, .meaning("only Anthropic's models know sources of this type.")))
            return nil
        }
        request.extras += source.unknown
        return media
    }

    /// A document in blocks, each of which could be cited: their texts, one after another.
    private mutating func contentSource(_ source: inout AnthropicFields) throws(GatewayError) -> ChatMedia? {
        guard let content = source.value("content") else { throw source.refused("content", "it must be there.") }
        if let text = content.string { return ChatMedia(.text(text)) }
        guard let blocks = content.array else { throw source.refused("content", "it must be a string or an array of blocks.") }
        var texts: [String] = []
        for (index, block) in blocks.enumerated() {
            let place = "\(source.name("content"))[\(index)]"
            switch try part(block, of: .tool, at: place) {
            case .text(let text): texts.append(text)
            case nil: break
            default: request.extras.append(ChatExtra(place, .meaning("only Anthropic's models know documents with pictures in between.")))
            }
        }
        return ChatMedia(.text(texts.joined(separator: "\n")))
    }

    /// Title, source and texts of a found page, as text.
    mutating func searchResult(_ fields: inout AnthropicFields) throws(GatewayError) -> ChatPart? {
        var lines = [try fields.string("title"), try fields.string("source")].compactMap { $0 }
        for (index, block) in (try fields.array("content") ?? []).enumerated() {
            if case .text(let text)? = try part(block, of: .tool, at: "\(fields.name("content"))[\(index)]") { lines.append(text) }
        }
        // What can no longer be cited is still said.
        _ = fields.value("citations")
        request.extras.append(ChatExtra(fields.name("type"), .hint))
        return lines.isEmpty ? nil : .text(lines.joined(separator: "\n"))
    }
}
