import GatewayCore
import JSONBytes

/// Reads what a Gemini client sent.
///
/// - SeeAlso: wire.md, section 5.1
struct GeminiRequestReader {
    /// Members that change nothing about what the answer says.
    private static let hints = ["labels", "serviceTier", "store"]

    var request: ChatRequest

    init(model: String, isStreaming: Bool) {
        request = ChatRequest(format: .gemini, model: model)
        request.isStreaming = isStreaming
    }

    static func request(from body: JSONValue, about facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        var fields = try GeminiFields(body, at: "")
        // The path says it; where the body repeats it, Google goes by the path too.
        let named = try fields.take("model")?.string()
        guard let model = facts.model ?? named, !model.isEmpty else { throw .modelMissing }
        var reader = GeminiRequestReader(model: model, isStreaming: facts.isStreaming)
        try reader.read(&fields)
        return reader.request
    }

    private mutating func read(_ fields: inout GeminiFields) throws(GatewayError) {
        if let system = fields.take("systemInstruction") { try readSystem(system) }
        try readContents(fields.take("contents"))
        for tool in try fields.take("tools")?.list() ?? [] { try readTool(tool) }
        if let choice = fields.take("toolConfig") { try readToolConfig(choice) }
        if let config = fields.take("generationConfig") { try readConfig(config) }
        if let cached = fields.take("cachedContent") {
            meaning(cached, "it is kept by one account of one provider. Send the content itself.")
        }
        for name in Self.hints { if let field = fields.take(name) { add(field, .hint) } }
        addUnknown(fields)
    }

    private mutating func readContents(_ field: GeminiField?) throws(GatewayError) {
        guard let contents = try field?.list(), !contents.isEmpty else {
            throw .fieldRefused(field: "contents", reason: "it must hold at least one content.")
        }
        var reader = GeminiContentReader()
        for content in contents { try reader.read(content) }
        request.turns = reader.turns
        request.extras += reader.extras
    }

    private mutating func readSystem(_ field: GeminiField) throws(GatewayError) {
        var fields = try field.fields()
        _ = fields.take("role")
        for part in try fields.take("parts")?.list() ?? [] {
            var members = try part.fields()
            if let text = try members.take("text")?.string() {
                if !text.isEmpty { request.system.append(text) }
                addUnknown(members)
            } else if !members.left.isEmpty {
                meaning(part, "instructions are text here.")
            }
        }
        addUnknown(fields)
    }
}

// What cannot be said in other formats.
extension GeminiRequestReader {
    mutating func add(_ field: GeminiField, _ weight: ChatExtra.Weight) { request.extras.append(ChatExtra(field.place, weight)) }

    mutating func meaning(_ field: GeminiField, _ reason: String) { add(field, .meaning(reason)) }

    mutating func addUnknown(_ fields: GeminiFields) {
        for field in fields.left { add(field, .tuning) }
    }
}
