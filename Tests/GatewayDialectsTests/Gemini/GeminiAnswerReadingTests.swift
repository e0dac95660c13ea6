import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@Suite("Whole answers of a Gemini provider")
struct GeminiAnswerReadingTests {
    private func answer(_ id: String) throws -> ChatAnswer {
        try GeminiWire.answer(from: try JSONValue(parsing: Recording.named("gemini-generatecontent-json-" + id).answer), ids: GeminiSupport.ids)
    }

    private func read(_ text: String) throws(ChatFault) -> ChatAnswer {
        try GeminiWire.answer(from: GeminiSupport.json(text), ids: GeminiSupport.ids)
    }

    /// One candidate with these parts.
    private func read(parts: String, reason: String) throws(ChatFault) -> ChatAnswer {
        try read(#"{"candidates":[{"content":{"parts":\#(parts),"role":"model"},"finishReason":"\#(reason)"}]}"#)
    }

    @Test func `are read as recorded: text with a signature`() throws {
        let answer = try answer("01")

        #expect(answer.parts.count == 2)
        #expect(answer.parts[0] == .text("The weather in Paris is 15°C, with wind at 10 km/h."))
        guard case .thinking(let thinking) = answer.parts[1] else { return GeminiSupport.wrong() }
        #expect(thinking.text.isEmpty)
        #expect(thinking.seal?.kind == .thought)
        #expect(thinking.seal?.data.hasPrefix("CrUCARFNMg/W") == true)
        #expect(thinking.seal?.data.utf8.count == 416)
        #expect(answer.stop == .finished)
        #expect(answer.id == "T7-FapjRBfytxN8P69q88Qs")
        #expect(answer.model == "gemini-2.5-flash")
        #expect(answer.usage == Usage(input: 323, output: 70, reasoning: 49))
    }

    @Test func `are read as recorded: a search, its cached input inside the input`() throws {
        let answer = try answer("02")

        guard case .text(let text) = answer.parts[0] else { return GeminiSupport.wrong() }
        #expect(text.hasPrefix("The latest stable version of Ruby is **4.0.6**, which was released on July 13, 2026. \n\nAlong"))
        #expect(text.hasSuffix("[GitHub – ruby/ruby Releases](https://github.com/ruby/ruby/releases)"))
        #expect(answer.stop == .finished)
        #expect(answer.usage == Usage(input: 568, output: 1332, cachedInput: 217, reasoning: 1027))
    }

    @Test func `are read as recorded: a call that ends with STOP`() throws {
        let answer = try answer("03")

        guard case .call(let call) = answer.parts[0] else { return GeminiSupport.wrong() }
        #expect(answer.parts.count == 1)
        #expect(call.id == "call_seed12345")
        #expect(call.name == "weather")
        #expect(call.arguments == #"{"latitude":"123","longitude":"123"}"#)
        #expect(call.seal?.data.hasPrefix("CqwCARFNMg/R") == true)
        #expect(answer.stop == .calls)
        #expect(answer.usage == Usage(input: 85, output: 72, reasoning: 50))
    }

    @Test func `are read as recorded: files in, text out`() throws {
        let answer = try answer("04")

        guard case .text(let text) = answer.parts[0] else { return GeminiSupport.wrong() }
        #expect(answer.parts.count == 1)
        #expect(text.hasPrefix("Here's an analysis of the provided files:\n\n**File 1: Image (Ruby Logo)**"))
        #expect(answer.usage == Usage(input: 520, output: 1398, reasoning: 896))
    }

    @Test func `are read as recorded: JSON by a schema`() throws {
        let answer = try answer("05")

        #expect(answer.parts[0] == .text(#"{"name":"Bob","age":30}"#))
        #expect(answer.usage == Usage(input: 6, output: 239, reasoning: 229))
    }

    @Test func `are read as recorded: two calls at once, the signature on the first`() throws {
        let answer = try answer("06")

        let calls = answer.parts.compactMap { if case .call(let call) = $0 { call } else { nil } }
        #expect(answer.parts.count == 2)
        #expect(calls.map(\.name) == ["weather", "best_language_to_learn"])
        #expect(calls.map(\.arguments) == [#"{"latitude":"52.5200","longitude":"13.4050"}"#, "{}"])
        #expect(calls.map(\.id) == ["call_seed12345", "call_seed12345_1"])
        #expect(calls[0].seal?.data.utf8.count == 540)
        #expect(calls[1].seal == nil)
        #expect(answer.stop == .calls)
        #expect(answer.usage == Usage(input: 143, output: 153, reasoning: 109))
    }

    @Test func `are read as recorded: sound in, counted apart`() throws {
        let answer = try answer("07")

        #expect(answer.parts == [.text("Ruby is a programming language designed for developer happiness.")])
        #expect(answer.usage == Usage(input: 145, output: 34, audioInput: 139, reasoning: 24))
    }

    @Test func `keep the ids that Gemini gives`() throws {
        let answer = try read(parts: #"[{"functionCall":{"id":"fc_1","name":"f","args":{"n":9007199254740993}}}]"#, reason: "STOP")

        #expect(answer.parts == [.call(ChatCall(id: "fc_1", name: "f", arguments: #"{"n":9007199254740993}"#))])
    }

    @Test func `hold thoughts apart from text`() throws {
        let answer = try read(parts: #"[{"text":"hm","thought":true,"thoughtSignature":"YQ=="},{"text":"A"},{"text":""}]"#, reason: "STOP")

        #expect(answer.parts == [.thinking(ChatThinking(text: "hm", seal: ChatSeal(.thought, "YQ=="))), .text("A")])
    }

    @Test(arguments: [
        ("STOP", ChatStop.finished), ("MAX_TOKENS", .length), ("CONTINUATION", .length), ("SAFETY", .filtered), ("RECITATION", .filtered),
        ("LANGUAGE", .filtered), ("BLOCKLIST", .filtered), ("PROHIBITED_CONTENT", .filtered), ("SPII", .filtered), ("IMAGE_SAFETY", .filtered),
        ("MODEL_ARMOR", .filtered), ("ESCALATION", .filtered), ("SOMETHING_NEW", .filtered),
    ])
    func `end for a reason`(_ reason: String, _ stop: ChatStop) throws {
        #expect(try read(parts: #"[{"text":"a"}]"#, reason: reason).stop == stop)
    }

    @Test func `with a call end with the call, unless there was no room for its arguments`() throws {
        let parts = #"[{"functionCall":{"name":"f"}}]"#

        #expect(try read(parts: parts, reason: "STOP").stop == .calls)
        #expect(try read(parts: parts, reason: "MAX_TOKENS").stop == .length)
    }

    @Test(arguments: [
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "OTHER",
    ])
    func `are none when the model went wrong`(_ reason: String) {
        #expect {
            try read(#"{"candidates":[{"content":{},"finishReason":"\#(reason)","finishMessage":"Call was: f("}]}"#)
        } throws: { error in
            guard let fault = error as? ChatFault else { return false }
            return fault.status == nil && fault.message == "Call was: f(" && !fault.reason.contains("f(")
        }
    }

    @Test(arguments: [#"{"role":"model"}"#, "{}", #"{"parts":[]}"#])
    func `may have a content without parts`(_ content: String) throws {
        let answer = try read(
            #"{"candidates":[{"content":\#(content),"finishReason":"MAX_TOKENS","index":0}],"usageMetadata":{"promptTokenCount":5,"thoughtsTokenCount":7,"totalTokenCount":12}}"#
        )

        #expect(answer.parts.isEmpty)
        #expect(answer.stop == .length)
        #expect(answer.usage == Usage(input: 5, output: 7, reasoning: 7))
    }

    @Test func `to a prompt that was held back are empty and filtered`() throws {
        let answer = try read(
            #"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":5,"totalTokenCount":5},"modelVersion":"m","responseId":"r"}"#
        )

        #expect(answer == ChatAnswer(id: "r", model: "m", parts: [], stop: .filtered, usage: Usage(input: 5, output: 0)))
    }

    @Test(arguments: [
        "[]", "1", "{}", #"{"candidates":[]}"#, #"{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#,
        #"{"candidates":[{"content":{"parts":[1]},"finishReason":"STOP"}]}"#,
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"args":{}}}]},"finishReason":"STOP"}]}"#,
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":[]}}]},"finishReason":"STOP"}]}"#,
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true}}]},"finishReason":"STOP"}]}"#,
        #"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"aQ=="}}]},"finishReason":"STOP"}]}"#,
    ])
    func `are none when they cannot be told rightly`(_ text: String) {
        #expect {
            try read(text)
        } throws: { error in
            guard let fault = error as? ChatFault else { return false }
            return fault.status == nil && fault.reason.hasSuffix(".")
        }
    }

    @Test(arguments: [#"{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"#, #"[{"error":{"code":503,"message":"Overloaded"}}]"#])
    func `are none when they are an error`(_ text: String) {
        #expect(throws: ChatFault(status: 503, reason: "it is an error.", message: "Overloaded")) { try read(text) }
    }

    @Test func `leave out what tools that Google runs did`() throws {
        let answer = try read(
            parts: #"[{"executableCode":{"code":"1"}},{"codeExecutionResult":{"output":"1"}},{"text":"It is 1."}]"#, reason: "STOP")

        #expect(answer.parts == [.text("It is 1.")])
    }
}
