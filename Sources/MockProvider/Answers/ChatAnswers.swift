import JSONBytes

/// `POST /chat/completions` and the older `POST /completions`.
struct ChatAnswers {
    enum Form {
        case chat, text

        var idPrefix: String { self == .chat ? "chatcmpl-" : "cmpl-" }
        var objectName: String { self == .chat ? "chat.completion" : "text_completion" }
        var chunkName: String { self == .chat ? "chat.completion.chunk" : "text_completion" }
    }

    let form: Form
    let request: MockRequest
    /// A number no other answer has.
    let serial: Int
    let created: Int

    private var id: String { form.idPrefix + "mock" + mockSerial(serial) }

    func answer() -> MockAnswer {
        let pieces = MockText.pieces(for: request)
        return request.wantsStream ? .events(events(pieces)) : .json(whole(pieces).written())
    }

    private func usage(_ pieces: MockText.Pieces) -> JSONValue {
        let prompt = MockText.promptTokens(of: request.json)
        let completion = pieces.count * request.choiceCount
        return [
            "prompt_tokens": JSONValue(prompt), "completion_tokens": JSONValue(completion), "total_tokens": JSONValue(prompt + completion),
            "prompt_tokens_details": ["cached_tokens": 0, "audio_tokens": 0],
            "completion_tokens_details": [
                "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
            ],
        ]
    }

    private func whole(_ pieces: MockText.Pieces) -> JSONValue {
        let text = pieces.text
        let choices = (0..<request.choiceCount).map { index -> JSONValue in
            var choice: JSONValue = ["index": JSONValue(index)]
            switch form {
            case .chat: choice["message"] = ["role": "assistant", "content": JSONValue(text), "refusal": nil, "annotations": []]
            case .text: choice["text"] = JSONValue(text)
            }
            choice["logprobs"] = .null
            choice["finish_reason"] = "stop"
            return choice
        }
        var body: JSONValue = [
            "id": JSONValue(id), "object": JSONValue(form.objectName), "created": JSONValue(created), "model": JSONValue(request.model),
            "choices": JSONValue(choices),
        ]
        if !request.directives.omitsUsage { body["usage"] = usage(pieces) }
        body["service_tier"] = "default"
        body["system_fingerprint"] = "fp_mock"
        return body
    }

    // MARK: - Streamed

    private func events(_ pieces: MockText.Pieces) -> MockEvents {
        let choices = request.choiceCount
        let tellsUsage = request.wantsUsageEvent && !request.directives.omitsUsage
        let start = Self.bytes(#"data: {"id":"\#(id)","object":"\#(form.chunkName)","created":\#(created),"model":"#, quoted: request.model)
        let prefix = start + Array(#","service_tier":"default","system_fingerprint":"fp_mock","choices":["#.utf8)
        let suffix = Array((tellsUsage ? #"],"usage":null}"# : "]}").utf8) + Array("\n\n".utf8)
        let form = form

        @Sendable func event(_ choice: [UInt8]) -> [UInt8] { prefix + choice + suffix }
        func each(_ make: (Int) -> [UInt8]) -> [[UInt8]] { (0..<choices).map { event(make($0)) } }

        let opening =
            form == .text
            ? []
            : each { Array(#"{"index":\#($0),"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}"#.utf8) }
        var closing = each {
            Array(#"{"index":\#($0),\#(form == .chat ? #""delta":{}"# : #""text":"""#),"logprobs":null,"finish_reason":"stop"}"#.utf8)
        }
        if tellsUsage { closing.append(prefix + Array(#"],"usage":"#.utf8) + usage(pieces).written() + Array("}\n\n".utf8)) }
        if !request.directives.omitsDone { closing.append(Array("data: [DONE]\n\n".utf8)) }
        return MockEvents(
            opening: opening, pieceCount: pieces.count * choices,
            piece: { place in event(Self.choice(form, index: place % choices, text: pieces[place / choices])) },
            closing: closing, failure: ErrorAnswers.event())
    }

    private static func choice(_ form: Form, index: Int, text: String) -> [UInt8] {
        switch form {
        case .chat: bytes(#"{"index":\#(index),"delta":{"content":"#, quoted: text) + Array(#"},"logprobs":null,"finish_reason":null}"#.utf8)
        case .text: bytes(#"{"index":\#(index),"text":"#, quoted: text) + Array(#","logprobs":null,"finish_reason":null}"#.utf8)
        }
    }

    private static func bytes(_ start: String, quoted text: String) -> [UInt8] {
        var bytes = Array(start.utf8)
        JSONText.appendQuoted(text, to: &bytes)
        return bytes
    }

    // MARK: - For benchmarks

    /// A whole answer of exactly `count` bytes, or of the fewest it takes.
    static func fixed(_ count: Int) -> [UInt8] {
        let start =
            #"{"id":"chatcmpl-mock0000","object":"chat.completion","created":1760000000,"model":"demo","choices":[{"index":0,"message":{"role":"assistant","content":""#
        let end =
            #"","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":40,"total_tokens":60}}"#
        return Array(start.utf8) + Array(repeating: UInt8(ascii: "x"), count: max(0, count - start.utf8.count - end.utf8.count)) + Array(end.utf8)
    }
}

/// A number as eight hexadecimal digits.
func mockSerial(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
}
