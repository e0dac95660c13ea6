import HTTPWire
import JSONBytes

/// `POST /v1beta/models/{model}:generateContent` and its like, as Gemini answers them. As strict as it is about what a translation gets wrong most easily.
struct GenerateAnswers {
    let request: MockRequest
    /// A number no other answer has.
    let serial: Int
    let model: String
    let verb: String

    private static let members: Set<String> = [
        "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent", "labels", "serviceTier",
        "model",
    ]

    /// - Returns: nil for another path.
    init?(_ request: MockRequest, serial: Int) {
        let prefix = "/v1beta/models/"
        guard request.path.hasPrefix(prefix), let colon = request.path.lastIndex(of: ":") else { return nil }
        self.request = request
        self.serial = serial
        model = String(request.path[..<colon].dropFirst(prefix.count))
        verb = String(request.path[request.path.index(after: colon)...])
    }

    func answer() -> MockAnswer {
        let body = request.json ?? JSONObject()
        switch verb {
        case "generateContent", "streamGenerateContent":
            if let mistake = mistake(body) { return error(mistake) }
            let reply = MockReply(conversation(body), directives: request.directives, serial: serial)
            guard verb == "streamGenerateContent" else { return .json(response(parts(reply), reply, isLast: true).written()) }
            guard request.head.query == "alt=sse" else { return error("The mock provider streams with alt=sse only.") }
            return .events(events(reply))
        case "countTokens":
            let counted = body["generateContentRequest"]?.object ?? body
            return .json(JSONValue.object(["totalTokens": JSONValue(conversation(counted).inputTokens)]).written())
        case "embedContent": return .json(JSONValue.object(["embedding": embedding(body)]).written())
        case "batchEmbedContents":
            let embeddings = (body["requests"]?.array ?? []).map { embedding($0.object ?? JSONObject()) }
            return .json(JSONValue.object(["embeddings": .array(embeddings)]).written())
        case "predict":
            let instances = body["instances"]?.array ?? []
            let predictions = instances.map { instance -> JSONValue in
                let request: JSONObject = [
                    "content": ["parts": [["text": instance["content"] ?? ""]]],
                    "outputDimensionality": body["parameters"]?["outputDimensionality"] ?? 8,
                ]
                let tokens = MockText.tokens(of: instance["content"]?.string ?? "")
                return [
                    "embeddings": [
                        "values": embedding(request)["values"] ?? nil, "statistics": ["token_count": JSONValue(tokens), "truncated": false],
                    ]
                ]
            }
            return .json(JSONValue.object(["predictions": .array(predictions)]).written())
        default: return .json(DialectErrors.gemini(status: 404, message: "Unknown method."), status: 404)
        }
    }

    // MARK: - Reading

    private func conversation(_ body: JSONObject) -> MockConversation {
        var form = MockConversation()
        let declarations = (body["tools"]?.array ?? []).flatMap { $0["functionDeclarations"]?.array ?? [] }
        form.tools = declarations.compactMap { tool in
            // Google's own client spells some names one way and some the other.
            let schema = tool["parametersJsonSchema"] ?? tool["parameters_json_schema"] ?? tool["parameters"]
            return tool["name"]?.string.map { .init(name: $0, schema: schema) }
        }
        let config = body["generationConfig"]
        form.schema = config?["responseJsonSchema"] ?? config?["responseSchema"]
        form.stops = (config?["stopSequences"]?.array ?? []).compactMap(\.string)
        let contents = body["contents"]?.array ?? []
        form.lastSaid = contents.last { $0["role"]?.string != "model" }.map { MockText.text(of: $0["parts"]) } ?? ""
        form.inputTokens = contents.reduce(MockText.tokens(of: MockText.text(of: body["systemInstruction"]?["parts"]))) {
            $0 + 3 + MockText.tokens(of: MockText.text(of: $1["parts"]))
        }
        return form
    }

    /// - Returns: nil when Gemini would take the request.
    private func mistake(_ body: JSONObject) -> String? {
        if let unknown = body.names.first(where: { !Self.members.contains($0) }) {
            return "Invalid JSON payload received. Unknown name \"\(unknown)\""
        }
        guard let contents = body["contents"]?.array, !contents.isEmpty else { return "contents is not specified" }
        var names: [String] = []
        for content in contents {
            guard ["user", "model"].contains(content["role"]?.string ?? "user") else { return "Please use a valid role: user, model." }
            guard let parts = content["parts"]?.array, !parts.isEmpty else { return "contents.parts must not be empty." }
            let results = parts.compactMap { $0["functionResponse"]?["name"]?.string }
            if !results.isEmpty || !names.isEmpty, results != names {
                return
                    "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn."
            }
            names = parts.compactMap { $0["functionCall"]?["name"]?.string }
            if parts.contains(where: { $0["functionResponse"].map { $0["response"]?.object == nil } ?? false }) {
                return "response must be an object."
            }
        }
        return nil
    }

    private func error(_ message: String) -> MockAnswer { .json(DialectErrors.gemini(status: 400, message: message), status: 400) }

    // MARK: - Writing

    private func embedding(_ request: JSONObject) -> JSONValue {
        let count = request["outputDimensionality"]?.int ?? 8
        let seed = MockText.text(of: request["content"]?["parts"]).utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 1000 }
        return ["values": JSONValue((0..<max(1, min(4096, count))).map { JSONValue(Double((seed + $0) % 1000) / 1000) ?? 0 })]
    }

    private func usage(_ reply: MockReply) -> JSONValue {
        let said = reply.outputTokens - reply.reasoningTokens
        var counts: JSONObject = ["promptTokenCount": JSONValue(reply.inputTokens), "candidatesTokenCount": JSONValue(said)]
        if reply.cachedTokens > 0 { counts["cachedContentTokenCount"] = JSONValue(reply.cachedTokens) }
        if reply.reasoningTokens > 0 { counts["thoughtsTokenCount"] = JSONValue(reply.reasoningTokens) }
        counts["totalTokenCount"] = JSONValue(reply.inputTokens + reply.outputTokens)
        return .object(counts)
    }

    private func response(_ parts: [JSONValue], _ reply: MockReply, isLast: Bool) -> JSONValue {
        var candidate: JSONObject = ["content": ["parts": JSONValue(parts), "role": "model"], "index": 0]
        if isLast { candidate["finishReason"] = JSONValue(finish(reply)) }
        var body: JSONObject = ["candidates": [.object(candidate)]]
        if !request.directives.omitsUsage { body["usageMetadata"] = usage(reply) }
        body["modelVersion"] = JSONValue(model)
        body["responseId"] = JSONValue("mock" + mockSerial(serial))
        return .object(body)
    }

    private func finish(_ reply: MockReply) -> String {
        switch reply.stop {
        case .finished, .calls, .sequence: "STOP"
        case .length: "MAX_TOKENS"
        case .filtered: "SAFETY"
        }
    }

    private func thought(_ reply: MockReply) -> [JSONValue] {
        reply.thinking.map { [["text": JSONValue($0), "thought": true]] } ?? []
    }

    private func calls(_ reply: MockReply) -> [JSONValue] {
        reply.calls.enumerated().map { number, call in
            var part: JSONObject = ["functionCall": ["name": JSONValue(call.name), "args": .object(call.arguments)]]
            if number == 0 { part["thoughtSignature"] = "bW9jay10aG91Z2h0" }
            return .object(part)
        }
    }

    private func parts(_ reply: MockReply) -> [JSONValue] {
        thought(reply) + (reply.pieces.count > 0 ? [["text": JSONValue(reply.pieces.text)]] : []) + calls(reply)
    }

    private func events(_ reply: MockReply) -> MockEvents {
        let failure = Self.event(DialectErrors.gemini(status: 503, message: "The mock provider failed inside the stream."))
        let calls = calls(reply)
        // As recorded: without anything left to say, the last event says nothing.
        var last = [Self.event(response(calls.isEmpty ? [["text": ""]] : calls, reply, isLast: true).written())]
        if request.directives.omitsDone { last = [] }
        return MockEvents(
            opening: reply.thinking == nil ? [] : [Self.event(response(thought(reply), reply, isLast: false).written())],
            pieceCount: reply.pieces.count,
            piece: { Self.event(self.response([["text": JSONValue(reply.pieces[$0])]], reply, isLast: false).written()) }, closing: last,
            failure: failure)
    }

    private static func event(_ json: [UInt8]) -> [UInt8] { Array("data: ".utf8) + json + Array("\r\n\r\n".utf8) }
}
