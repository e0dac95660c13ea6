import GatewayDialects
import JSONBytes

/// Requests of random shape over what two formats can both say. The same in every run.
struct RandomConversation {
    private var random: ChatRandom
    private let formats: Set<ChatFormat>

    init(seed: UInt64, of formats: Set<ChatFormat>) {
        random = ChatRandom(seed: seed)
        self.formats = formats
    }

    mutating func request() -> ChatRequest {
        var request = ChatRequest(format: .openAIChat, model: "model")
        request.isStreaming = flip()
        request.system = (0..<below(3)).map { "Rule \($0): " + text() }
        request.tools = (0..<below(4)).map { tool($0) }
        for number in 0..<(1 + below(3)) { round(number, of: &request) }
        request.turns.append(ChatTurn(.user, [.text(text())]))
        addChoice(to: &request)
        addSettings(to: &request)
        return request
    }

    private func speaks(_ format: ChatFormat) -> Bool { formats.contains(format) }

    /// A user's turn, the model's, and what its calls returned.
    private mutating func round(_ number: Int, of request: inout ChatRequest) {
        request.turns.append(ChatTurn(.user, userParts()))
        let isCalling = !request.tools.isEmpty && flip()
        var said: [ChatPart] = isCalling && flip() ? [] : [.text(text())]
        var results: [ChatPart] = []
        for call in 0..<(isCalling ? 1 + below(3) : 0) {
            let id = "call_\(number)_\(call)"
            said.append(.call(ChatCall(id: id, name: request.tools[below(request.tools.count)].name, arguments: arguments())))
            let isError = !speaks(.openAIChat) && !speaks(.openAIResponses) && below(4) == 0
            results.append(
                .result(ChatResult(id: id, parts: below(5) == 0 ? [] : [.text(pick([text(), #"{"a":1.50}"#, "[1]", "{"]))], isError: isError)))
        }
        request.turns.append(ChatTurn(.assistant, said))
        if !results.isEmpty { request.turns.append(ChatTurn(.tool, results)) }
    }

    private mutating func userParts() -> [ChatPart] {
        var parts: [ChatPart] = [.text(text())]
        for _ in 0..<below(3) {
            parts.append(
                pick([
                    .text(text()), .image(ChatMedia(.base64(type: "image/png", data: "aVZCT1I="))),
                    .image(ChatMedia(.url("https://a.example/b.png", type: nil))),
                    .document(ChatMedia(.base64(type: "application/pdf", data: "JVBERi0="), title: "a.pdf")),
                ]))
        }
        return parts
    }

    private mutating func tool(_ number: Int) -> ChatTool {
        let schema: JSONValue = [
            "type": "object", "properties": ["n": ["type": "number", "minimum": 1.50], "s": ["type": "string", "enum": ["a", "é"]]],
            "required": ["n"],
            "additionalProperties": false,
        ]
        return ChatTool(
            name: "tool_\(number)", description: flip() ? text() : nil, parameters: flip() ? .some(schema) : .none,
            isStrict: !speaks(.gemini) && flip() ? true : nil)
    }

    private mutating func addChoice(to request: inout ChatRequest) {
        guard !request.tools.isEmpty else { return }
        request.toolChoice = pick([nil, .auto, ChatToolChoice.none, .any, .tool(request.tools[0].name)])
        // Who may call nothing needs not be told how many at once.
        request.callsOneAtATime = !speaks(.gemini) && request.toolChoice != ChatToolChoice.none && below(3) == 0
    }

    private mutating func addSettings(to request: inout ChatRequest) {
        request.sampling.outputTokensMax = JSONNumber(100 + below(9000))
        request.sampling.temperature = flip() ? JSONNumber(pick(["0", "0.70", "1"])) : nil
        request.sampling.topP = flip() ? JSONNumber("0.9") : nil
        if !speaks(.openAIResponses), flip() { request.sampling.stop = pick([["END"], ["END", "\n\nHuman:"]]) }
        if !speaks(.openAIResponses), !speaks(.anthropic) {
            request.sampling.seed = flip() ? JSONNumber("9007199254740993") : nil
            request.sampling.presencePenalty = flip() ? JSONNumber("0.5") : nil
        }
        if !speaks(.openAIChat), !speaks(.openAIResponses) { request.sampling.topK = flip() ? JSONNumber(40) : nil }
        if flip() { request.reasoning = ChatReasoning(effort: pick([.low, .medium, .high])) }
        if !speaks(.gemini), flip() { request.user = "user-1" }
        addOutput(to: &request)
    }

    private mutating func addOutput(to request: inout ChatRequest) {
        let schema: JSONValue = ["type": "object", "properties": ["x": ["type": "integer"]], "required": ["x"], "additionalProperties": false]
        switch below(3) {
        case 0: request.output = .schema(ChatSchema(name: "answer", schema: schema))
        case 1 where !speaks(.anthropic): request.output = .json
        default: break
        }
    }

    private mutating func text() -> String { pick(["Hello.", "Wie geht's?\n\n", "日本語 🙂", "\"quoted\" \\ and {braces}", "a b"]) }

    private mutating func arguments() -> String {
        pick(["{}", #"{"n":1.50}"#, #"{"n":9007199254740993,"s":"é\n"}"#, #"{"deep":{"list":[1,null,{"a":[]}]}}"#])
    }

    private mutating func flip() -> Bool { below(2) == 0 }
    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
