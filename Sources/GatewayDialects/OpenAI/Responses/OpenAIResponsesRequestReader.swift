import GatewayCore
import JSONBytes

/// Reads what a client of `/v1/responses` sent.
///
/// - SeeAlso: wire.md, section 3.4
struct OpenAIResponsesRequestReader {
    private let body: OpenAIResponsesMembers
    private(set) var request: ChatRequest

    static func read(_ body: JSONValue, _ facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        guard body.object != nil else { throw .malformedBody(reason: "it must be a JSON object.") }
        var reader = try OpenAIResponsesRequestReader(try OpenAIResponsesMembers(body, at: ""), facts)
        try reader.readSettings()
        try reader.readReasoning()
        try reader.readText()
        try reader.readToolSection()
        try reader.readExtras()
        try reader.readConversation()
        return reader.request
    }

    private init(_ body: OpenAIResponsesMembers, _ facts: ChatRequestFacts) throws(GatewayError) {
        self.body = body
        let model = try body.string("model") ?? facts.model
        guard let model, !model.isEmpty else { throw .modelMissing }
        request = ChatRequest(format: .openAIResponses, model: model)
    }

    private mutating func readSettings() throws(GatewayError) {
        request.isStreaming = try body.bool("stream") ?? false
        request.sampling.outputTokensMax = try body.number("max_output_tokens")
        request.sampling.temperature = try body.number("temperature")
        request.sampling.topP = try body.number("top_p")
        request.callsOneAtATime = try body.bool("parallel_tool_calls") == false
        let user = try body.string("user")
        request.user = try body.string("safety_identifier") ?? user
        if let user, user != request.user { request.extras.append(ChatExtra("user", .hint)) }
    }

    private mutating func readReasoning() throws(GatewayError) {
        guard let members = try body.members("reasoning") else { return }
        var reasoning = ChatReasoning()
        if let word = try members.string("effort") {
            let words = ChatReasoning.Effort.allCases.map(\.rawValue)
            guard let effort = ChatReasoning.Effort(rawValue: word) else {
                throw members.refusal(of: "effort", "it must be one of: \(words.joined(separator: ", ")).")
            }
            reasoning.effort = effort
        }
        for name in ["generate_summary", "summary"] {
            guard let summary = try members.string(name) else { continue }
            reasoning.showsThoughts = summary != "none"
            // How long the thoughts are told is nobody else's setting.
            if summary == "concise" || summary == "detailed" { request.extras.append(members.extra(name, .hint)) }
        }
        if reasoning != ChatReasoning() { request.reasoning = reasoning }
        for (name, usual) in [("context", "auto"), ("mode", "standard")] {
            if let word = try members.string(name), word != usual { request.extras.append(members.extra(name, .tuning)) }
        }
        request.extras += members.unknown(besides: ["effort", "summary", "generate_summary", "context", "mode"])
    }

    private mutating func readText() throws(GatewayError) {
        guard let text = try body.members("text") else { return }
        if let verbosity = try text.string("verbosity"), verbosity != "medium" {
            let shared = ChatSharedSetting(.verbosity, .string(verbosity))
            request.extras.append(ChatExtra(text.place(of: "verbosity"), .tuning, shared: shared))
        }
        request.extras += text.unknown(besides: ["format", "verbosity"])
        guard let format = try text.members("format") else { return }
        switch try format.requiredString("type") {
        case "text": break
        case "json_object": request.output = .json
        case "json_schema": try readSchema(format)
        default: throw format.refusal(of: "type", "it must be one of: text, json_object, json_schema.")
        }
    }

    private mutating func readSchema(_ format: OpenAIResponsesMembers) throws(GatewayError) {
        guard let schema = format["schema"], schema.object != nil else { throw format.refusal(of: "schema", "it must be an object.") }
        request.output = .schema(
            ChatSchema(
                name: try format.string("name"), description: try format.string("description"), schema: schema, isStrict: try format.bool("strict")))
        request.extras += format.unknown(besides: ["type", "name", "description", "schema", "strict"])
    }

    private mutating func readToolSection() throws(GatewayError) {
        var reader = OpenAIResponsesToolReader()
        try reader.readTools(of: body)
        try reader.readChoice(of: body)
        request.tools = reader.tools
        request.toolChoice = reader.choice
        request.extras += reader.extras
    }

    private mutating func readConversation() throws(GatewayError) {
        if let instructions = try body.string("instructions"), !instructions.isEmpty { request.system = [instructions] }
        let isRefused = request.extras.contains { if case .meaning = $0.weight { true } else { false } }
        guard let input = body["input"] else {
            // With a stored prompt or conversation there may be none; that is refused for its own sake.
            guard isRefused else { throw body.refusal(of: "input", "it must be a string or a list of items.") }
            return
        }
        var reader = OpenAIResponsesInputReader()
        try reader.read(input)
        request.system += reader.system
        request.turns = reader.turns
        request.extras += reader.extras
    }

    /// What no other format has.
    private mutating func readExtras() throws(GatewayError) {
        for member in body.object.members where !member.value.isNull {
            guard let weight = OpenAIResponsesExtras.weight(of: member.name, member.value) else { continue }
            request.extras.append(ChatExtra(member.name, weight, shared: OpenAIResponsesExtras.shared(member.name, member.value)))
        }
        request.extras += try OpenAIResponsesExtras.inside(body)
    }
}
