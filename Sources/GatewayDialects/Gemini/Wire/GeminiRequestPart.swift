import GatewayCore
import JSONBytes

/// One part of a client's content.
struct GeminiRequestPart {
    enum Kind {
        case text(String)
        case media(ChatPart)
        case call(GeminiField)
        case result(GeminiField)
        /// What tools that Google runs have said and done.
        case server
    }

    let kind: Kind
    let isThought: Bool
    let signature: String?

    private static let kinds = [
        "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult", "toolCall", "toolResponse",
    ]
    /// Notes of the client to itself, and of Google to the client.
    private static let hints = ["partMetadata", "audioTranscription"]

    /// - Returns: nil for a part with nothing in it, and for one that cannot be carried, which `extras` is told.
    init?(_ field: GeminiField, extras: inout [ChatExtra]) throws(GatewayError) {
        var fields = try field.fields()
        isThought = try fields.take("thought")?.bool() ?? false
        let signature = try fields.take("thoughtSignature")?.string()
        self.signature = signature.flatMap { $0.isEmpty || $0 == GeminiPart.unsealed || GeminiPart.sealsOfStrangers.contains($0) ? nil : $0 }
        for name in Self.hints { if let hint = fields.take(name) { extras.append(ChatExtra(hint.place, .hint)) } }
        let found = fields.takeAny(of: Self.kinds)
        if let second = fields.takeAny(of: Self.kinds) {
            throw .fieldRefused(field: second.field.place, reason: "a part holds one thing, and this one holds two.")
        }
        // A part of a kind that nobody knows yet is not just a detail.
        let weight = found == nil && self.signature == nil ? ChatExtra.Weight.meaning("the gateway does not know parts of this kind.") : .tuning
        for other in fields.left { extras.append(ChatExtra(other.place, weight)) }
        switch found?.name {
        case nil:
            guard self.signature != nil else { return nil }
            kind = .text("")
        case "text": kind = .text(try found?.field.string() ?? "")
        case "functionCall": kind = found.map { .call($0.field) } ?? .server
        case "functionResponse": kind = found.map { .result($0.field) } ?? .server
        case "inlineData", "fileData":
            guard let found, let media = try GeminiMedia.part(found.field, isInline: found.name == "inlineData", extras: &extras) else { return nil }
            kind = .media(media)
        default: kind = .server
        }
    }
}
