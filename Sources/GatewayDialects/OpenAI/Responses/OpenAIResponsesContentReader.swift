import GatewayCore
import JSONBytes

/// Reads the content of a message or a function's output.
///
/// - SeeAlso: wire.md, sections 3.4 and 7.5
struct OpenAIResponsesContentReader {
    /// Whose words it is: an assistant's are texts and refusals, a system's are texts.
    let role: ChatTurn.Role
    private(set) var parts: [ChatPart] = []
    private(set) var extras: [ChatExtra] = []

    private static let labels: Set<String> = ["type", "prompt_cache_breakpoint"]
    private static let textMembers = labels.union(["text", "annotations", "logprobs"])
    private static let imageMembers = labels.union(["image_url", "file_id", "detail"])
    private static let fileMembers = labels.union(["file_data", "file_url", "file_id", "filename", "detail"])
    private static let audioMembers = labels.union(["input_audio"])
    private static let stored = "it names a file that only OpenAI keeps. Send its content."

    init(role: ChatTurn.Role) {
        self.role = role
    }

    /// - Parameter name: a member that is a string or a list of parts.
    mutating func read(_ item: OpenAIResponsesMembers, _ name: String) throws(GatewayError) {
        guard let content = item[name] else { throw item.refusal(of: name, "it must be a string or a list of parts.") }
        if let text = content.string {
            if !text.isEmpty { parts = [.text(text)] }
            return
        }
        guard let values = content.array else { throw item.refusal(of: name, "it must be a string or a list of parts.") }
        for (index, value) in values.enumerated() { try readPart(try OpenAIResponsesMembers(value, at: item.place(of: name) + "[\(index)]")) }
    }

    private mutating func readPart(_ part: OpenAIResponsesMembers) throws(GatewayError) {
        if part["prompt_cache_breakpoint"] != nil { extras.append(part.extra("prompt_cache_breakpoint", .hint)) }
        switch try part.requiredString("type") {
        case "input_text", "output_text": try readText(part)
        case "refusal" where role == .assistant: parts.append(.refusal(try part.requiredString("refusal")))
        case "input_image" where role == .user || role == .tool: try readImage(part)
        case "input_file" where role == .user || role == .tool: try readFile(part)
        case "input_audio" where role == .user: try readAudio(part)
        default: throw part.refusal(of: "type", "parts of this type cannot stand here.")
        }
    }

    private mutating func readText(_ part: OpenAIResponsesMembers) throws(GatewayError) {
        let text = try part.requiredString("text")
        if !text.isEmpty { parts.append(.text(text)) }
        // Where an earlier answer's words came from, or how likely they were, does not change what they say.
        for name in ["annotations", "logprobs"] where part[name]?.array?.isEmpty == false { extras.append(part.extra(name, .hint)) }
        extras += part.unknown(besides: Self.textMembers)
    }

    private mutating func readImage(_ part: OpenAIResponsesMembers) throws(GatewayError) {
        if let detail = try part.string("detail"), detail != "auto" { extras.append(part.extra("detail", .hint)) }
        extras += part.unknown(besides: Self.imageMembers)
        if try part.string("file_id") != nil { return extras.append(part.extra("file_id", .meaning(Self.stored))) }
        let url = try part.requiredString("image_url")
        guard let source = OpenAIResponsesMedia.source(url) else {
            throw part.refusal(of: "image_url", "it is neither a data URL nor a web address.")
        }
        if case .base64(let type, _) = source, !type.hasPrefix("image/") { throw part.refusal(of: "image_url", "it is no picture.") }
        parts.append(.image(ChatMedia(source)))
    }

    private mutating func readFile(_ part: OpenAIResponsesMembers) throws(GatewayError) {
        if let detail = try part.string("detail"), detail != "auto" { extras.append(part.extra("detail", .hint)) }
        extras += part.unknown(besides: Self.fileMembers)
        if try part.string("file_id") != nil { return extras.append(part.extra("file_id", .meaning(Self.stored))) }
        let title = try part.string("filename")
        if let url = try part.string("file_url") {
            guard OpenAIDataURI.isWebAddress(url) else { throw part.refusal(of: "file_url", "it is no web address.") }
            return parts.append(.document(ChatMedia(.url(url, type: nil), title: title)))
        }
        let data = try part.requiredString("file_data")
        guard let source = OpenAIResponsesMedia.source(ofFile: data, named: title) else {
            throw part.refusal(of: "file_data", "it is neither a data URL nor base64.")
        }
        parts.append(.document(ChatMedia(source, title: title)))
    }

    private mutating func readAudio(_ part: OpenAIResponsesMembers) throws(GatewayError) {
        extras += part.unknown(besides: Self.audioMembers)
        guard let audio = try part.members("input_audio") else { throw part.refusal(of: "input_audio", "it must be an object.") }
        let format = try audio.requiredString("format")
        guard format == "wav" || format == "mp3" else { throw audio.refusal(of: "format", "it must be one of: wav, mp3.") }
        parts.append(.audio(ChatMedia(.base64(type: "audio/" + format, data: try audio.requiredString("data")))))
    }
}
