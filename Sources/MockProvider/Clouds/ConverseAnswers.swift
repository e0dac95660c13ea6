import HTTPWire
import JSONBytes

/// `POST /model/{model}/converse` and `/converse-stream`, as Bedrock answers them. As strict as it is about what a translation gets wrong most easily.
struct ConverseAnswers {
    let request: MockRequest
    /// A number no other answer has.
    let serial: Int
    let isStreaming: Bool

    /// - Returns: nil for another path.
    init?(_ request: MockRequest, serial: Int) {
        guard case .bedrock(_, let verb) = request.cloud, verb == "converse" || verb == "converse-stream" else { return nil }
        self.request = request
        self.serial = serial
        isStreaming = verb == "converse-stream"
    }

    func answer() -> MockAnswer {
        let body = request.json ?? JSONObject()
        if !request.head.fields.contains("authorization") {
            return Self.error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        }
        if let mistake = ConverseChecks.mistake(body) { return Self.error(400, "ValidationException", mistake) }
        let reply = MockReply(conversation(body), directives: request.directives, serial: serial)
        guard !isStreaming else { return MockAnswer(fields: [("content-type", "application/vnd.amazon.eventstream")], body: .events(events(reply))) }
        var answer: JSONObject = [
            "metrics": ["latencyMs": 1], "output": ["message": ["role": "assistant", "content": JSONValue(content(reply))]],
            "stopReason": JSONValue(stop(reply)),
        ]
        if !request.directives.omitsUsage { answer["usage"] = usage(reply) }
        return .json(JSONValue.object(answer).written())
    }

    static func error(_ status: Int, _ type: String, _ message: String) -> MockAnswer {
        var answer = MockAnswer.json(JSONValue.object(["message": JSONValue(message)]).written(), status: status)
        answer.fields.append(("x-amzn-errortype", type + ":http://internal.amazon.com/coral/com.amazon.bedrock/"))
        return answer
    }

    // MARK: - Reading

    private func conversation(_ body: JSONObject) -> MockConversation {
        var form = MockConversation()
        form.tools = (body["toolConfig"]?["tools"]?.array ?? []).compactMap { tool in
            let spec = tool["toolSpec"]
            return spec?["name"]?.string.map { .init(name: $0, schema: spec?["inputSchema"]?["json"]) }
        }
        let schema = body["outputConfig"]?["textFormat"]?["structure"]?["jsonSchema"]?["schema"]?.string
        form.schema = schema.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
        form.stops = (body["inferenceConfig"]?["stopSequences"]?.array ?? []).compactMap(\.string)
        let messages = body["messages"]?.array ?? []
        form.lastSaid = messages.last { $0["role"]?.string == "user" }.map { MockText.text(of: $0["content"]) } ?? ""
        form.inputTokens = messages.reduce(MockText.tokens(of: MockText.text(of: body["system"]))) {
            $0 + 3 + MockText.tokens(of: MockText.text(of: $1["content"]))
        }
        return form
    }

    // MARK: - Writing

    private func usage(_ reply: MockReply) -> JSONValue {
        [
            "inputTokens": JSONValue(reply.inputTokens - reply.cachedTokens), "outputTokens": JSONValue(reply.outputTokens),
            "totalTokens": JSONValue(reply.inputTokens + reply.outputTokens), "cacheReadInputTokens": JSONValue(reply.cachedTokens),
            "cacheWriteInputTokens": 0, "serverToolUsage": [:],
        ]
    }

    private func stop(_ reply: MockReply) -> String {
        switch reply.stop {
        case .finished: "end_turn"
        case .length: "max_tokens"
        case .filtered: "guardrail_intervened"
        case .calls: "tool_use"
        case .sequence: "stop_sequence"
        }
    }

    private func content(_ reply: MockReply) -> [JSONValue] {
        var blocks: [JSONValue] = []
        if let thinking = reply.thinking {
            blocks.append(["reasoningContent": ["reasoningText": ["text": JSONValue(thinking), "signature": "bW9jay1zaWduYXR1cmU="]]])
        }
        if reply.pieces.count > 0 { blocks.append(["text": JSONValue(reply.pieces.text)]) }
        for call in reply.calls {
            blocks.append(["toolUse": ["toolUseId": JSONValue(toolID(call)), "name": JSONValue(call.name), "input": .object(call.arguments)]])
        }
        return blocks
    }

    private func toolID(_ call: MockReply.Call) -> String { "tooluse_" + call.id.dropFirst("call_".count) }

    private func events(_ reply: MockReply) -> MockEvents {
        var opening = [Self.event("messageStart", ["role": "assistant"])]
        var index = 0
        if let thinking = reply.thinking {
            opening += [
                Self.delta(index, ["reasoningContent": ["text": JSONValue(thinking)]]),
                Self.delta(index, ["reasoningContent": ["signature": "bW9jay1zaWduYXR1cmU="]]), Self.end(index),
            ]
            index += 1
        }
        let textIndex = index
        var closing = reply.pieces.count > 0 ? [Self.end(textIndex)] : []
        index += closing.count
        for call in reply.calls {
            closing += block(call, index)
            index += 1
        }
        closing.append(Self.event("messageStop", ["stopReason": JSONValue(stop(reply))]))
        if request.directives.omitsDone {
            closing = []
        } else if !request.directives.omitsUsage {
            closing.append(Self.event("metadata", ["usage": usage(reply), "metrics": ["latencyMs": 1]]))
        }
        let failure = JSONValue.object(["message": "The mock provider failed inside the stream."]).written()
        return MockEvents(
            opening: opening, pieceCount: reply.pieces.count, piece: { Self.delta(textIndex, ["text": JSONValue(reply.pieces[$0])]) },
            closing: closing, failure: EventStreamMessage(.exception, name: "serviceUnavailableException", payload: failure).encoded)
    }

    /// For no arguments there is no piece.
    private func block(_ call: MockReply.Call, _ index: Int) -> [[UInt8]] {
        let start: JSONValue = ["toolUse": ["toolUseId": JSONValue(toolID(call)), "name": JSONValue(call.name)]]
        let text = call.arguments.isEmpty ? "" : String(decoding: JSONValue.object(call.arguments).written(), as: UTF8.self)
        let half = text.index(text.startIndex, offsetBy: text.count / 2)
        let parts = text.isEmpty ? [] : [String(text[..<half]), String(text[half...])]
        return [Self.event("contentBlockStart", ["contentBlockIndex": JSONValue(index), "start": start])]
            + parts.map { Self.delta(index, ["toolUse": ["input": JSONValue($0)]]) } + [Self.end(index)]
    }

    private static func delta(_ index: Int, _ delta: JSONValue) -> [UInt8] {
        event("contentBlockDelta", ["contentBlockIndex": JSONValue(index), "delta": delta])
    }

    private static func end(_ index: Int) -> [UInt8] { event("contentBlockStop", ["contentBlockIndex": JSONValue(index)]) }

    /// With padding, as Bedrock has it.
    private static func event(_ name: String, _ members: JSONObject) -> [UInt8] {
        var payload = members
        payload["p"] = "abcdefghijklmnop"
        return EventStreamMessage(name: name, payload: JSONValue.object(payload).written()).encoded
    }
}
