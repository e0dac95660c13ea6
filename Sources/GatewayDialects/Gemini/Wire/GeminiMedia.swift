import GatewayCore
import JSONBytes

/// Pictures, sounds and documents: `inlineData` and `fileData`.
///
/// - SeeAlso: wire.md, sections 5.1 and 7.5
enum GeminiMedia {
    /// - Parameter isInline: whether `field` is `inlineData` rather than `fileData`.
    /// - Returns: nil for what no other format has, which `extras` is told.
    static func part(_ field: GeminiField, isInline: Bool, extras: inout [ChatExtra]) throws(GatewayError) -> ChatPart? {
        var fields = try field.fields()
        let type = try fields.take("mimeType")?.string().lowercased()
        let title = try fields.take("displayName")?.string()
        let source: ChatMedia.Source
        let typeKnown: String?
        if isInline {
            guard let type else { throw .fieldRefused(field: field.place, reason: "it must have a mimeType.") }
            guard let data = try fields.take("data")?.name() else { throw .fieldRefused(field: field.place, reason: "it must have data.") }
            source = .base64(type: type, data: standard(data))
            typeKnown = type
        } else {
            guard let address = try fields.take("fileUri")?.name() else { throw .fieldRefused(field: field.place, reason: "it must have a fileUri.") }
            source = .url(address, type: type)
            typeKnown = type ?? GeminiMediaType.guessed(from: address)
            if let reason = GeminiMediaType.refusal(of: address) { extras.append(ChatExtra(field.place, .meaning(reason))) }
        }
        for other in fields.left { extras.append(ChatExtra(other.place, .tuning)) }
        if typeKnown?.hasPrefix("video/") ?? false {
            extras.append(ChatExtra(field.place, .meaning("other formats take no video.")))
            return nil
        }
        return part(ChatMedia(source, title: title), type: typeKnown)
    }

    private static func part(_ media: ChatMedia, type: String?) -> ChatPart {
        if type?.hasPrefix("image/") ?? false { return .image(media) }
        if type?.hasPrefix("audio/") ?? false { return .audio(media) }
        return .document(media)
    }

    /// In the alphabet that every provider takes. Google's own client writes the one for URLs.
    private static func standard(_ base64: String) -> String {
        guard base64.utf8.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) else { return base64 }
        return String(
            decoding: base64.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                default: byte
                }
            }, as: UTF8.self)
    }

    /// The member that holds it: `inlineData`, `fileData`, or the text of a document that is text.
    static func json(_ media: ChatMedia) -> JSONObject {
        switch media.source {
        case .base64(let type, let data): return ["inlineData": ["mimeType": .string(type), "data": .string(data)]]
        case .text(let text): return ["text": .string(text)]
        case .url(let address, let type):
            var file: JSONObject = ["fileUri": .string(address)]
            if let type = type ?? GeminiMediaType.guessed(from: address) { file["mimeType"] = .string(type) }
            return ["fileData": .object(file)]
        }
    }
}
