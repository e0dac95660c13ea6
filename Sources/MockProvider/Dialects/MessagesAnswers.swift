import JSONBytes

/// `POST /messages` and `POST /messages/count_tokens`, as Anthropic answers them. As strict as it is about what a translation gets wrong most easily.
struct MessagesAnswers {
    let request: MockRequest
    /// A number no other answer has.
    let serial: Int

    private static let members: Set<String> = [
        "model", "messages", "max_tokens", "system", "stream", "stop_sequences", "tools", "tool_choice", "thinking", "output_config", "cache_control",
        "metadata", "service_tier", "temperature", "top_p", "top_k", "container", "context_management", "mcp_servers", "anthropic_version",
    ]

    func answer() -> MockAnswer {
        let body = request.json ?? JSONObject()
        if let mistake = mistake(body) { return error(400, "invalid_request_error", mistake) }
        guard request.path == "/messages" else {
            return .json(JSONValue.object(["input_tokens": JSONValue(conversation(body).inputTokens)]).written())
        }
        let reply = MockReply(conversation(body), directives: request.directives, serial: serial)
        return request.wantsStream ? .events(events(reply)) : .json(message(reply, content: content(reply)).written())
    }

    // MARK: - Reading

    private func conversation(_ body: JSONObject) -> MockConversation {
        var form = MockConversation()
        form.tools = (body["tools"]?.array ?? []).compactMap { tool in tool["name"]?.string.map { .init(name: $0, schema: tool["input_schema"]) } }
        form.schema = body["output_config"]?["format"]?["schema"]
        form.stops = (body["stop_sequences"]?.array ?? []).compactMap(\.string)
        let messages = body["messages"]?.array ?? []
        form.lastSaid = messages.last { $0["role"]?.string == "user" }.map { MockText.text(of: $0["content"]) } ?? ""
        form.inputTokens = messages.reduce(MockText.tokens(of: MockText.text(of: body["system"]))) {
            $0 + 3 + MockText.tokens(of: MockText.text(of: $1["content"]))
        }
        return form
    }

    /// - Returns: nil when Anthropic would take the request.
    private func mistake(_ body: JSONObject) -> String? {
        if let unknown = body.names.first(where: { !Self.members.contains($0) }) { return "\(unknown): Extra inputs are not permitted" }
        if request.path == "/messages", body["max_tokens"]?.int == nil { return "max_tokens: Field required" }
        guard let messages = body["messages"]?.array, !messages.isEmpty else { return "messages: at least one message is required" }
        guard messages[0]["role"]?.string == "user" else { return "messages: first message must use the \"user\" role" }
        var open: Set<String> = []
        for (index, message) in messages.enumerated() {
            if let mistake = mistake(message, index, &open) { return mistake }
        }
        return open.isEmpty ? nil : "messages: `tool_use` ids were found without `tool_result` blocks"
    }

    private func mistake(_ message: JSONValue, _ index: Int, _ open: inout Set<String>) -> String? {
        let blocks = message["content"]?.array ?? []
        if message["content"]?.string?.isEmpty ?? blocks.isEmpty { return "messages.\(index): content must not be empty" }
        let results = Set(blocks.compactMap { $0["type"]?.string == "tool_result" ? $0["tool_use_id"]?.string : nil })
        if !open.isEmpty || !results.isEmpty, results != open { return "messages.\(index): unexpected or missing `tool_result` blocks" }
        open = []
        for block in blocks {
            switch block["type"]?.string {
            case "text":
                if (block["text"]?.string ?? "").allSatisfy(\.isWhitespace) { return "messages.\(index): text content blocks must be non-empty" }
            case "tool_use":
                guard let id = block["id"]?.string, block["input"]?.object != nil else {
                    return "messages.\(index): tool_use needs an id and an input"
                }
                guard id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }) else {
                    return "messages.\(index): bad id"
                }
                open.insert(id)
            case "thinking": if block["signature"]?.string == nil { return "messages.\(index): thinking.signature: Field required" }
            default: break
            }
        }
        return nil
    }

    // MARK: - Writing

    private func error(_ status: Int, _ type: String, _ message: String) -> MockAnswer {
        .json(DialectErrors.anthropic(type: type, message: message), status: status)
    }

    private func usage(_ reply: MockReply, output: Int) -> JSONValue {
        [
            "input_tokens": JSONValue(reply.inputTokens - reply.cachedTokens), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": JSONValue(reply.cachedTokens), "output_tokens": JSONValue(output), "service_tier": "standard",
        ]
    }

    private func finalUsage(_ reply: MockReply) -> JSONValue {
        var usage = usage(reply, output: reply.outputTokens)
        usage["output_tokens_details"] = details(reply)
        return usage
    }

    /// Absent where nothing was thought.
    private func details(_ reply: MockReply) -> JSONValue? {
        reply.reasoningTokens > 0 ? ["thinking_tokens": JSONValue(reply.reasoningTokens)] : nil
    }

    private func message(_ reply: MockReply?, content: [JSONValue]) -> JSONValue {
        var body: JSONValue = [
            "id": JSONValue("msg_mock" + mockSerial(serial)), "type": "message", "role": "assistant", "model": JSONValue(request.model),
            "content": JSONValue(content), "stop_reason": nil, "stop_sequence": nil,
        ]
        if let reply {
            let (reason, sequence) = stop(reply)
            body["stop_reason"] = JSONValue(reason)
            body["stop_sequence"] = sequence.map { JSONValue($0) } ?? .null
            if !request.directives.omitsUsage { body["usage"] = finalUsage(reply) }
        }
        return body
    }

    private func stop(_ reply: MockReply) -> (String, String?) {
        switch reply.stop {
        case .finished: ("end_turn", nil)
        case .length: ("max_tokens", nil)
        case .filtered: ("refusal", nil)
        case .calls: ("tool_use", nil)
        case .sequence(let text): ("stop_sequence", text)
        }
    }

    private func content(_ reply: MockReply) -> [JSONValue] {
        var blocks: [JSONValue] = []
        if let thinking = reply.thinking {
            blocks.append(["type": "thinking", "thinking": JSONValue(thinking), "signature": "bW9jay1zaWduYXR1cmU="])
        }
        if reply.pieces.count > 0 { blocks.append(["type": "text", "text": JSONValue(reply.pieces.text)]) }
        for call in reply.calls {
            blocks.append(["type": "tool_use", "id": JSONValue(toolID(call)), "name": JSONValue(call.name), "input": .object(call.arguments)])
        }
        return blocks
    }

    private func toolID(_ call: MockReply.Call) -> String { "toolu_" + call.id.dropFirst("call_".count) }

    private func events(_ reply: MockReply) -> MockEvents {
        var start = message(nil, content: [])
        start["usage"] = usage(reply, output: 1)
        var opening = [Self.event("message_start", ["message": start]), Self.event("ping", [:])]
        var index = 0
        if let thinking = reply.thinking {
            opening += block(
                index, ["type": "thinking", "thinking": "", "signature": ""],
                [["type": "thinking_delta", "thinking": JSONValue(thinking)], ["type": "signature_delta", "signature": "bW9jay1zaWduYXR1cmU="]])
            index += 1
        }
        let textIndex = index
        let hasText = reply.pieces.count > 0
        if hasText {
            opening.append(Self.event("content_block_start", ["index": JSONValue(textIndex), "content_block": ["type": "text", "text": ""]]))
        }
        var closing = hasText ? [Self.event("content_block_stop", ["index": JSONValue(textIndex)])] : []
        index += hasText ? 1 : 0
        for call in reply.calls {
            closing += block(index, ["type": "tool_use", "id": JSONValue(toolID(call)), "name": JSONValue(call.name), "input": [:]], deltas(call))
            index += 1
        }
        let (reason, sequence) = stop(reply)
        var delta: JSONObject = ["delta": ["stop_reason": JSONValue(reason), "stop_sequence": sequence.map { JSONValue($0) } ?? nil]]
        if !request.directives.omitsUsage {
            var counts: JSONObject = ["output_tokens": JSONValue(reply.outputTokens)]
            counts["output_tokens_details"] = details(reply)
            delta["usage"] = .object(counts)
        }
        closing.append(Self.event("message_delta", delta))
        if !request.directives.omitsDone { closing.append(Self.event("message_stop", [:])) }
        return MockEvents(
            opening: opening, pieceCount: reply.pieces.count,
            piece: {
                Self.event(
                    "content_block_delta", ["index": JSONValue(textIndex), "delta": ["type": "text_delta", "text": JSONValue(reply.pieces[$0])]])
            },
            closing: closing,
            failure: Self.event("error", ["error": ["type": "overloaded_error", "message": "The mock provider failed inside the stream."]]))
    }

    /// An empty piece first and then halves, as Anthropic sends them; for no arguments the empty piece alone.
    private func deltas(_ call: MockReply.Call) -> [JSONValue] {
        let text = call.arguments.isEmpty ? "" : String(decoding: JSONValue.object(call.arguments).written(), as: UTF8.self)
        let half = text.index(text.startIndex, offsetBy: text.count / 2)
        let parts = text.isEmpty ? [""] : ["", String(text[..<half]), String(text[half...])]
        return parts.map { ["type": "input_json_delta", "partial_json": JSONValue($0)] }
    }

    private func block(_ index: Int, _ start: JSONValue, _ deltas: [JSONValue]) -> [[UInt8]] {
        [Self.event("content_block_start", ["index": JSONValue(index), "content_block": start])]
            + deltas.map { Self.event("content_block_delta", ["index": JSONValue(index), "delta": $0]) }
            + [Self.event("content_block_stop", ["index": JSONValue(index)])]
    }

    private static func event(_ type: String, _ members: JSONObject) -> [UInt8] {
        var data: JSONObject = ["type": JSONValue(type)]
        for member in members { data[member.name] = member.value }
        var bytes = Array("event: \(type)\ndata: ".utf8)
        data.write(to: &bytes)
        return bytes + Array("\n\n".utf8)
    }
}
