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
        let reply = MockReply(OpenAIConversation.of(request), directives: request.directives, serial: serial)
        return request.wantsStream ? .events(events(reply)) : .json(whole(reply).written())
    }

    private func usage(_ reply: MockReply) -> JSONValue {
        let completion = reply.outputTokens * request.choiceCount
        return [
            "prompt_tokens": JSONValue(reply.inputTokens), "completion_tokens": JSONValue(completion),
            "total_tokens": JSONValue(reply.inputTokens + completion),
            "prompt_tokens_details": ["cached_tokens": JSONValue(reply.cachedTokens), "audio_tokens": 0],
            "completion_tokens_details": [
                "reasoning_tokens": JSONValue(reply.reasoningTokens), "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            ],
        ]
    }

    private func finish(_ reply: MockReply) -> String {
        switch reply.stop {
        case .finished, .sequence: "stop"
        case .length: "length"
        case .filtered: "content_filter"
        case .calls: form == .chat ? "tool_calls" : "stop"
        }
    }

    private func message(_ reply: MockReply) -> JSONValue {
        var message: JSONValue = ["role": "assistant", "content": reply.pieces.count > 0 ? JSONValue(reply.pieces.text) : nil]
        if let thinking = reply.thinking { message["reasoning_content"] = JSONValue(thinking) }
        if !reply.calls.isEmpty { message["tool_calls"] = JSONValue(reply.calls.map { Self.call($0) }) }
        message["refusal"] = .null
        message["annotations"] = []
        return message
    }

    private static func call(_ call: MockReply.Call, index: Int? = nil, arguments: String? = nil) -> JSONValue {
        let text = arguments ?? String(decoding: JSONValue.object(call.arguments).written(), as: UTF8.self)
        var value: JSONObject = [:]
        if let index { value["index"] = JSONValue(index) }
        value["id"] = JSONValue(call.id)
        value["type"] = "function"
        value["function"] = ["name": JSONValue(call.name), "arguments": JSONValue(text)]
        return .object(value)
    }

    private func whole(_ reply: MockReply) -> JSONValue {
        let text = reply.pieces.text
        let choices = (0..<request.choiceCount).map { index -> JSONValue in
            var choice: JSONValue = ["index": JSONValue(index)]
            switch form {
            case .chat: choice["message"] = message(reply)
            case .text: choice["text"] = JSONValue(text)
            }
            choice["logprobs"] = .null
            choice["finish_reason"] = JSONValue(finish(reply))
            return choice
        }
        var body: JSONValue = [
            "id": JSONValue(id), "object": JSONValue(form.objectName), "created": JSONValue(created), "model": JSONValue(request.model),
            "choices": JSONValue(choices),
        ]
        if !request.directives.omitsUsage { body["usage"] = usage(reply) }
        body["service_tier"] = "default"
        body["system_fingerprint"] = "fp_mock"
        return body
    }

    // MARK: - Streamed

    private func events(_ reply: MockReply) -> MockEvents {
        let pieces = reply.pieces
        let choices = request.choiceCount
        let tellsUsage = request.wantsUsageEvent && !request.directives.omitsUsage
        let start = Self.bytes(#"data: {"id":"\#(id)","object":"\#(form.chunkName)","created":\#(created),"model":"#, quoted: request.model)
        let prefix = start + Array(#","service_tier":"default","system_fingerprint":"fp_mock","choices":["#.utf8)
        let suffix = Array((tellsUsage ? #"],"usage":null}"# : "]}").utf8) + Array("\n\n".utf8)
        let form = form

        @Sendable func event(_ choice: [UInt8]) -> [UInt8] { prefix + choice + suffix }
        func each(_ make: (Int) -> [UInt8]) -> [[UInt8]] { (0..<choices).map { event(make($0)) } }

        var opening =
            form == .text
            ? []
            : each { Array(#"{"index":\#($0),"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}"#.utf8) }
        if let thinking = reply.thinking { opening.append(event(Self.delta(["reasoning_content": JSONValue(thinking)]))) }
        let finish = finish(reply)
        var closing = form == .chat ? Self.deltas(of: reply.calls).map(event) : []
        closing += each {
            Array(#"{"index":\#($0),\#(form == .chat ? #""delta":{}"# : #""text":"""#),"logprobs":null,"finish_reason":"\#(finish)"}"#.utf8)
        }
        if tellsUsage { closing.append(prefix + Array(#"],"usage":"#.utf8) + usage(reply).written() + Array("}\n\n".utf8)) }
        if !request.directives.omitsDone { closing.append(Array("data: [DONE]\n\n".utf8)) }
        return MockEvents(
            opening: opening, pieceCount: pieces.count * choices,
            piece: { place in event(Self.choice(form, index: place % choices, text: pieces[place / choices])) },
            closing: closing, failure: ErrorAnswers.event())
    }

    private static func delta(_ delta: JSONValue) -> [UInt8] {
        JSONValue.object(["index": 0, "delta": delta, "logprobs": nil, "finish_reason": nil]).written()
    }

    /// The head of a call first, then its arguments in halves, the pieces of two calls in turns: what a reader has to put together by their numbers.
    private static func deltas(of calls: [MockReply.Call]) -> [[UInt8]] {
        let heads = calls.enumerated().map { delta(["tool_calls": [call($1, index: $0, arguments: "")]]) }
        let texts = calls.map { $0.arguments.isEmpty ? "" : String(decoding: JSONValue.object($0.arguments).written(), as: UTF8.self) }
        func part(_ number: Int, _ text: Substring) -> [UInt8] {
            delta(["tool_calls": [["index": JSONValue(number), "function": ["arguments": JSONValue(String(text))]]]])
        }
        let first = texts.enumerated().filter { !$1.isEmpty }.map { part($0, $1.prefix($1.count / 2)) }
        let second = texts.enumerated().filter { !$1.isEmpty }.map { part($0, $1.dropFirst($1.count / 2)) }
        return heads + first + second
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
