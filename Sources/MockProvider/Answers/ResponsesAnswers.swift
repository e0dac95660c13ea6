import JSONBytes

/// `POST /responses`, as much of it as clients need to read an answer of text.
struct ResponsesAnswers {
    let request: MockRequest
    /// A number no other answer has.
    let serial: Int
    let created: Int

    private var itemID: String { "msg_mock" + mockSerial(serial) }

    func answer() -> MockAnswer {
        let reply = MockReply(OpenAIConversation.of(request), directives: request.directives, serial: serial)
        return request.wantsStream ? .events(events(reply)) : .json(whole(reply).written())
    }

    private func whole(_ reply: MockReply) -> JSONValue {
        let output = thought(reply) + (reply.pieces.count > 0 ? [item(reply.pieces.text)] : []) + reply.calls.map { call($0, isDone: true) }
        return response(status: status(reply), output: output, usage(reply), incomplete: incomplete(reply))
    }

    private func status(_ reply: MockReply) -> String { incomplete(reply) == nil ? "completed" : "incomplete" }

    private func incomplete(_ reply: MockReply) -> String? {
        switch reply.stop {
        case .length: "max_output_tokens"
        case .filtered: "content_filter"
        case .finished, .calls, .sequence: nil
        }
    }

    private func usage(_ reply: MockReply) -> JSONValue {
        [
            "input_tokens": JSONValue(reply.inputTokens), "input_tokens_details": ["cached_tokens": JSONValue(reply.cachedTokens)],
            "output_tokens": JSONValue(reply.outputTokens), "output_tokens_details": ["reasoning_tokens": JSONValue(reply.reasoningTokens)],
            "total_tokens": JSONValue(reply.inputTokens + reply.outputTokens),
        ]
    }

    private func thought(_ reply: MockReply) -> [JSONValue] {
        guard let thinking = reply.thinking else { return [] }
        return [
            [
                "id": JSONValue("rs_mock" + mockSerial(serial)), "type": "reasoning",
                "summary": [["type": "summary_text", "text": JSONValue(thinking)]],
                "encrypted_content": "bW9jay1lbmNyeXB0ZWQ=",
            ]
        ]
    }

    private func call(_ call: MockReply.Call, isDone: Bool) -> JSONValue {
        [
            "id": JSONValue("fc_" + call.id), "type": "function_call", "status": isDone ? "completed" : "in_progress", "call_id": JSONValue(call.id),
            "name": JSONValue(call.name),
            "arguments": JSONValue(isDone ? String(decoding: JSONValue.object(call.arguments).written(), as: UTF8.self) : ""),
        ]
    }

    private func part(_ text: String) -> JSONValue {
        ["type": "output_text", "text": JSONValue(text), "annotations": [], "logprobs": []]
    }

    private func item(_ text: String?) -> JSONValue {
        [
            "id": JSONValue(itemID), "type": "message", "status": text == nil ? "in_progress" : "completed", "role": "assistant",
            "content": text.map { [part($0)] } ?? [],
        ]
    }

    private func response(status: String, output: [JSONValue], _ usage: JSONValue, incomplete: String? = nil) -> JSONValue {
        [
            "id": JSONValue("resp_mock" + mockSerial(serial)), "object": "response", "created_at": JSONValue(created), "status": JSONValue(status),
            "background": false, "error": nil, "incomplete_details": incomplete.map { ["reason": JSONValue($0)] } ?? nil, "instructions": nil,
            "max_output_tokens": nil, "metadata": [:],
            "model": JSONValue(request.model), "output": JSONValue(output), "parallel_tool_calls": true, "previous_response_id": nil,
            "reasoning": ["effort": nil, "summary": nil], "service_tier": "default", "store": true, "temperature": 1,
            "text": ["format": ["type": "text"]], "tool_choice": "auto", "tools": [], "top_p": 1, "truncation": "disabled",
            "usage": request.directives.omitsUsage ? nil : usage, "user": nil,
        ]
    }

    // MARK: - Streamed

    private func events(_ reply: MockReply) -> MockEvents {
        let pieces = reply.pieces
        let itemID = itemID
        let thought = thought(reply)
        let textIndex = thought.count
        let place: JSONObject = ["item_id": JSONValue(itemID), "output_index": JSONValue(textIndex), "content_index": 0]
        let begun = response(status: "in_progress", output: [], nil)
        var first: [(String, JSONObject)] = [("response.created", ["response": begun]), ("response.in_progress", ["response": begun])]
        for item in thought { first += Self.item(item, 0) }
        if pieces.count > 0 {
            first.append(("response.output_item.added", ["output_index": JSONValue(textIndex), "item": item(nil)]))
            first.append(("response.content_part.added", place.adding("part", part(""))))
        }
        let opening = numbered(from: 0, first)
        let text = pieces.count > 100_000 ? "" : pieces.text
        var last: [(String, JSONObject)] = []
        if pieces.count > 0 {
            last = [
                ("response.output_text.done", place.adding("text", JSONValue(text)).adding("logprobs", [])),
                ("response.content_part.done", place.adding("part", part(text))),
                ("response.output_item.done", ["output_index": JSONValue(textIndex), "item": item(text)]),
            ]
        }
        for (number, call) in reply.calls.enumerated() { last += events(of: call, at: textIndex + (pieces.count > 0 ? 1 : 0) + number) }
        last.append(
            (
                "response." + status(reply),
                ["response": pieces.count > 100_000 ? response(status: status(reply), output: [], usage(reply)) : whole(reply)]
            ))
        let closing = numbered(from: opening.count + pieces.count, last)
        return MockEvents(
            opening: opening, pieceCount: pieces.count,
            piece: { index in
                Self.event(
                    "response.output_text.delta", opening.count + index, place.adding("delta", JSONValue(pieces[index])).adding("logprobs", []))
            },
            closing: request.directives.omitsDone ? Array(closing.dropLast()) : closing,
            failure: Self.event("error", 0, ["code": "server_error", "message": "The mock provider failed inside the stream.", "param": nil]))
    }

    private static func item(_ item: JSONValue, _ index: Int) -> [(String, JSONObject)] {
        [
            ("response.output_item.added", ["output_index": JSONValue(index), "item": item]),
            ("response.output_item.done", ["output_index": JSONValue(index), "item": item]),
        ]
    }

    private func events(of call: MockReply.Call, at index: Int) -> [(String, JSONObject)] {
        let whole = self.call(call, isDone: true)
        let place: JSONObject = ["item_id": JSONValue("fc_" + call.id), "output_index": JSONValue(index)]
        let arguments = whole["arguments"] ?? ""
        return [
            ("response.output_item.added", ["output_index": JSONValue(index), "item": self.call(call, isDone: false)]),
            ("response.function_call_arguments.delta", place.adding("delta", arguments)),
            ("response.function_call_arguments.done", place.adding("arguments", arguments)),
            ("response.output_item.done", ["output_index": JSONValue(index), "item": whole]),
        ]
    }

    private func numbered(from start: Int, _ events: [(String, JSONObject)]) -> [[UInt8]] {
        events.enumerated().map { Self.event($0.element.0, start + $0.offset, $0.element.1) }
    }

    private static func event(_ type: String, _ number: Int, _ members: JSONObject) -> [UInt8] {
        var data: JSONObject = ["type": JSONValue(type), "sequence_number": JSONValue(number)]
        for member in members { data[member.name] = member.value }
        var bytes = Array("event: \(type)\ndata: ".utf8)
        data.write(to: &bytes)
        return bytes + Array("\n\n".utf8)
    }
}

extension JSONObject {
    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONObject {
        var copy = self
        copy[name] = value
        return copy
    }
}
