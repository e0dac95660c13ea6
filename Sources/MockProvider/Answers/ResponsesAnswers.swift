import JSONBytes

/// `POST /responses`, as much of it as clients need to read an answer of text.
struct ResponsesAnswers {
    let request: MockRequest
    /// A number no other answer has.
    let serial: Int
    let created: Int

    private var itemID: String { "msg_mock" + mockSerial(serial) }

    func answer() -> MockAnswer {
        let pieces = MockText.pieces(for: request)
        return request.wantsStream
            ? .events(events(pieces)) : .json(response(status: "completed", output: [item(pieces.text)], usage(pieces)).written())
    }

    private func usage(_ pieces: MockText.Pieces) -> JSONValue {
        let input = MockText.promptTokens(of: request.json)
        return [
            "input_tokens": JSONValue(input), "input_tokens_details": ["cached_tokens": 0], "output_tokens": JSONValue(pieces.count),
            "output_tokens_details": ["reasoning_tokens": 0], "total_tokens": JSONValue(input + pieces.count),
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

    private func response(status: String, output: [JSONValue], _ usage: JSONValue) -> JSONValue {
        [
            "id": JSONValue("resp_mock" + mockSerial(serial)), "object": "response", "created_at": JSONValue(created), "status": JSONValue(status),
            "background": false, "error": nil, "incomplete_details": nil, "instructions": nil, "max_output_tokens": nil, "metadata": [:],
            "model": JSONValue(request.model), "output": JSONValue(output), "parallel_tool_calls": true, "previous_response_id": nil,
            "reasoning": ["effort": nil, "summary": nil], "service_tier": "default", "store": true, "temperature": 1,
            "text": ["format": ["type": "text"]], "tool_choice": "auto", "tools": [], "top_p": 1, "truncation": "disabled",
            "usage": request.directives.omitsUsage ? nil : usage, "user": nil,
        ]
    }

    // MARK: - Streamed

    private func events(_ pieces: MockText.Pieces) -> MockEvents {
        let itemID = itemID
        let place: JSONObject = ["item_id": JSONValue(itemID), "output_index": 0, "content_index": 0]
        let begun = response(status: "in_progress", output: [], nil)
        let opening = numbered(
            from: 0,
            [
                ("response.created", ["response": begun]), ("response.in_progress", ["response": begun]),
                ("response.output_item.added", ["output_index": 0, "item": item(nil)]),
                ("response.content_part.added", place.adding("part", part(""))),
            ])
        let text = pieces.count > 100_000 ? "" : pieces.text
        let closing = numbered(
            from: opening.count + pieces.count,
            [
                ("response.output_text.done", place.adding("text", JSONValue(text)).adding("logprobs", [])),
                ("response.content_part.done", place.adding("part", part(text))),
                ("response.output_item.done", ["output_index": 0, "item": item(text)]),
                ("response.completed", ["response": response(status: "completed", output: [item(text)], usage(pieces))]),
            ])
        return MockEvents(
            opening: opening, pieceCount: pieces.count,
            piece: { index in
                Self.event(
                    "response.output_text.delta", opening.count + index, place.adding("delta", JSONValue(pieces[index])).adding("logprobs", []))
            },
            closing: request.directives.omitsDone ? Array(closing.dropLast()) : closing,
            failure: Self.event("error", 0, ["code": "server_error", "message": "The mock provider failed inside the stream.", "param": nil]))
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
