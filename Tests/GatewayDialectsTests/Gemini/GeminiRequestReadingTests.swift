import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@Suite("What a Gemini client says")
struct GeminiRequestReadingTests {
    private func request(_ members: String, contents: String = #"[{"parts":[{"text":"Hi"}]}]"#) throws -> ChatRequest {
        try GeminiSupport.request(#"{"contents":\#(contents)\#(members.isEmpty ? "" : "," + members)}"#)
    }

    private func turns(_ contents: String) throws -> [ChatTurn] { try request("", contents: contents).turns }

    @Test func `is read in both spellings`() throws {
        let camel = try GeminiSupport.request(
            #"{"contents":[],"systemInstruction":{"parts":[{"text":"S"}]},"generationConfig":{"maxOutputTokens":5,"topP":0.5,"stopSequences":["x"]}}"#
                .replacing("[]", with: #"[{"parts":[{"inlineData":{"mimeType":"image/png","data":"aQ=="}}]}]"#))
        let snake = try GeminiSupport.request(
            #"{"contents":[],"system_instruction":{"parts":[{"text":"S"}]},"generation_config":{"max_output_tokens":5,"top_p":0.5,"stop_sequences":["x"]}}"#
                .replacing("[]", with: #"[{"parts":[{"inline_data":{"mime_type":"image/png","data":"aQ=="}}]}]"#))

        #expect(camel == snake)
        #expect(camel.sampling.outputTokensMax == JSONNumber("5"))
        #expect(camel.sampling.stop == ["x"])
        #expect(camel.system == ["S"])
    }

    @Test func `keeps the spelling of its numbers`() throws {
        let request = try request(
            #""generationConfig":{"temperature":1.0,"topK":40,"topP":1e0,"seed":7,"presencePenalty":0.10,"frequencyPenalty":-0.5}"#)

        #expect(request.sampling.temperature?.spelling == "1.0")
        #expect(request.sampling.topP?.spelling == "1e0")
        #expect(request.sampling.topK?.spelling == "40")
        #expect(request.sampling.seed?.spelling == "7")
        #expect(request.sampling.presencePenalty?.spelling == "0.10")
        #expect(request.sampling.frequencyPenalty?.spelling == "-0.5")
    }

    @Test func `may stand alone where a list is meant, as in Google's own examples`() throws {
        let request = try GeminiSupport.request(
            #"{"system_instruction":{"parts":{"text":"You are a cat."}},"contents":{"parts":{"text":"Hi"}},"tools":{"functionDeclarations":{"name":"f"}}}"#
        )

        #expect(request.system == ["You are a cat."])
        #expect(request.turns == [ChatTurn(.user, [.text("Hi")])])
        #expect(request.tools == [ChatTool(name: "f")])
    }

    @Test func `takes null for absent`() throws {
        let request = try request(#""systemInstruction":null,"cachedContent":null,"generationConfig":{"temperature":null},"safetySettings":null"#)

        #expect(request.extras.isEmpty)
        #expect(request.sampling.temperature == nil)
    }

    @Test func `takes its model from the path`() throws {
        let body = GeminiSupport.json(#"{"model":"models/other","contents":[{"parts":[{"text":"Hi"}]}]}"#)

        #expect(try GeminiWire.request(from: body, about: ChatRequestFacts(model: "fast")).model == "fast")
        #expect(try GeminiWire.request(from: body, about: ChatRequestFacts()).model == "models/other")
        #expect(throws: GatewayError.modelMissing) {
            try GeminiWire.request(from: GeminiSupport.json(#"{"contents":[{"parts":[{"text":"Hi"}]}]}"#), about: ChatRequestFacts())
        }
    }

    @Test func `puts results before what the user says beside them`() throws {
        let turns = try turns(
            #"[{"role":"model","parts":[{"functionCall":{"id":"c1","name":"f","args":{"x":1}}}]},"#
                + #"{"role":"user","parts":[{"text":"Here:"},{"functionResponse":{"id":"c1","name":"f","response":{"output":"ok"}}}]}]"#)

        #expect(turns.map(\.role) == [.assistant, .tool, .user])
        #expect(turns[0].parts == [.call(ChatCall(id: "c1", name: "f", arguments: #"{"x":1}"#))])
        #expect(turns[1].parts == [.result(ChatResult(id: "c1", name: "f", parts: [.text("ok")]))])
        #expect(turns[2].parts == [.text("Here:")])
        #expect(turns[1].place == "contents[1]")
    }

    @Test func `matches results without ids by name and order`() throws {
        let turns = try turns(
            #"[{"role":"model","parts":[{"functionCall":{"name":"a","args":{"n":1}}},{"functionCall":{"name":"b"}},{"functionCall":{"name":"a","args":{"n":2}}}]},"#
                + #"{"role":"user","parts":[{"functionResponse":{"name":"b","response":{"output":"B"}}},{"functionResponse":{"name":"a","response":{"output":"1"}}},"#
                + #"{"functionResponse":{"name":"a","response":{"output":"2"}}}]}]"#)

        let calls = turns[0].parts.compactMap { if case .call(let call) = $0 { call } else { nil } }
        let results = turns[1].parts.compactMap { if case .result(let result) = $0 { result } else { nil } }
        #expect(Set(calls.map(\.id)).count == 3)
        #expect(results.map(\.id) == [calls[1].id, calls[0].id, calls[2].id])
        #expect(calls[1].arguments == "{}")
        #expect(calls.allSatisfy { $0.id.wholeMatch(of: /[a-zA-Z0-9_-]{1,40}/) != nil })
    }

    @Test func `gives a result to the last call of its name, not to one that was never answered`() throws {
        let turns = try turns(
            #"[{"role":"model","parts":[{"functionCall":{"name":"a"}}]},{"parts":[{"text":"No, again."}]},"#
                + #"{"role":"model","parts":[{"functionCall":{"name":"a"}}]},{"parts":[{"functionResponse":{"name":"a","response":{}}}]}]"#)

        guard case .call(let call) = turns[2].parts[0], case .result(let result) = turns[3].parts[0] else { return GeminiSupport.wrong() }
        #expect(result.id == call.id)
    }

    @Test func `gives calls without ids the same ids again when the conversation has grown`() throws {
        let start = #"[{"role":"model","parts":[{"functionCall":{"name":"a"}}]},{"parts":[{"functionResponse":{"name":"a","response":{}}}]}"#
        let short = try turns(start + "]")
        let long = try turns(start + #",{"role":"model","parts":[{"functionCall":{"name":"a"}}]}]"#)

        #expect(Array(long.prefix(2)) == short)
        #expect(long[2].parts != short[0].parts)
    }

    @Test func `joins what a stream had cut into pieces`() throws {
        let turns = try turns(
            #"[{"role":"model","parts":[{"text":"So","thought":true}]},{"role":"model","parts":[{"text":" then","thought":true}]},"#
                + #"{"role":"model","parts":[{"text":"Hel"}]},{"role":"model","parts":[{"text":"lo"}]},{"role":"model","parts":[{"text":""}]},"#
                + #"{"role":"user","parts":[{"text":"a"},{"text":"b"}]},{"role":"user","parts":[{"text":"c"}]}]"#)

        #expect(
            turns == [
                ChatTurn(.assistant, [.thinking(ChatThinking(text: "So then")), .text("Hello")]), ChatTurn(.user, [.text("a"), .text("b")]),
                ChatTurn(.user, [.text("c")]),
            ])
    }

    @Test func `keeps a signature with its call, its thoughts or its text`() throws {
        let turns = try turns(
            #"[{"role":"model","parts":[{"text":"T","thought":true,"thoughtSignature":"YQ=="},{"text":"A","thoughtSignature":"Yg=="},"#
                + #"{"functionCall":{"id":"c","name":"f"},"thoughtSignature":"Yw=="},{"text":"","thoughtSignature":"ZA=="}]}]"#)

        #expect(
            turns[0].parts == [
                .thinking(ChatThinking(text: "T", seal: ChatSeal(.thought, "YQ=="))), .text("A"),
                .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "Yg=="))),
                .call(ChatCall(id: "c", name: "f", arguments: "{}", seal: ChatSeal(.thought, "Yw=="))),
                .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "ZA=="))),
            ])
    }

    @Test(arguments: [
        (#"{"output":"ok"}"#, "ok", false), (#"{"error":"bad"}"#, "bad", true), (#"{"output":{"a":1.0}}"#, #"{"a":1.0}"#, false),
        (#"{"result":"ok"}"#, #"{"result":"ok"}"#, false), (#"{"output":"a","error":"b"}"#, #"{"output":"a","error":"b"}"#, false),
        (#"{"output":"ok","error":null}"#, "ok", false), (#"{}"#, "{}", false),
    ])
    func `returns what a function returned`(_ response: String, _ text: String, _ isError: Bool) throws {
        let turns = try turns(
            #"[{"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"parts":[{"functionResponse":{"name":"f","response":\#(response)}}]}]"#)

        guard case .result(let result) = turns[1].parts[0] else { return GeminiSupport.wrong() }
        #expect(result.text == text)
        #expect(result.isError == isError)
    }

    @Test func `returns pictures beside text`() throws {
        let turns = try turns(
            #"[{"role":"model","parts":[{"functionCall":{"id":"c","name":"f"}}]},{"parts":[{"functionResponse":{"id":"c","name":"f","#
                + #""response":{"output":"see"},"parts":[{"inlineData":{"mimeType":"image/png","data":"aQ=="}}]}}]}]"#)

        let picture = ChatPart.image(ChatMedia(.base64(type: "image/png", data: "aQ==")))
        #expect(turns[1].parts == [.result(ChatResult(id: "c", name: "f", parts: [.text("see"), picture]))])
    }

    @Test func `names files by their address and their type`() throws {
        let turns = try turns(
            #"[{"parts":[{"fileData":{"fileUri":"https://x.org/a.PNG?v=1"}},{"fileData":{"fileUri":"https://x.org/a","mimeType":"image/webp"}},"#
                + #"{"fileData":{"fileUri":"http://x.org/b.pdf","mimeType":"application/pdf","displayName":"B"}},{"fileData":{"fileUri":"https://x.org/c.mp3"}}]}]"#
        )

        #expect(
            turns[0].parts == [
                .image(ChatMedia(.url("https://x.org/a.PNG?v=1", type: nil))), .image(ChatMedia(.url("https://x.org/a", type: "image/webp"))),
                .document(ChatMedia(.url("http://x.org/b.pdf", type: "application/pdf"), title: "B")),
                .audio(ChatMedia(.url("https://x.org/c.mp3", type: nil))),
            ])
    }

    @Test func `is given to others in the base64 that all of them read`() throws {
        let turns = try turns(#"[{"parts":[{"inlineData":{"mimeType":"image/png","data":"a-_b"}}]}]"#)

        #expect(turns[0].parts == [.image(ChatMedia(.base64(type: "image/png", data: "a+/b")))])
    }

    @Test(arguments: [
        (#"{"mode":"AUTO"}"#, ChatToolChoice.auto), (#"{"mode":"none"}"#, .none), (#"{"mode":"ANY"}"#, .any),
        (#"{"mode":"ANY","allowedFunctionNames":["a"]}"#, .tool("a")),
        (#"{"mode":"ANY","allowed_function_names":["a","b"]}"#, .allowed(["a", "b"], isRequired: true)),
        (#"{"mode":"VALIDATED","allowedFunctionNames":["a","b"]}"#, .allowed(["a", "b"], isRequired: false)),
    ])
    func `chooses among tools`(_ calling: String, _ choice: ChatToolChoice) throws {
        let request = try request(#""toolConfig":{"functionCallingConfig":\#(calling)}"#)

        #expect(request.toolChoice == choice)
        #expect(request.extras.isEmpty)
    }

    @Test(arguments: [
        (#"{"thinkingBudget":-1}"#, ChatReasoning(isAdaptive: true)),
        (#"{"thinkingBudget":0}"#, ChatReasoning(effort: ChatReasoning.Effort.none, budgetTokens: 0)),
        (#"{"thinkingBudget":2048,"includeThoughts":true}"#, ChatReasoning(budgetTokens: 2048, showsThoughts: true)),
        (#"{"thinkingLevel":"MINIMAL"}"#, ChatReasoning(effort: .minimal)), (#"{"thinking_level":"high"}"#, ChatReasoning(effort: .high)),
        (#"{"thinkingLevel":"XHIGH","includeThoughts":false}"#, ChatReasoning(effort: .xhigh, showsThoughts: false)),
    ])
    func `says how much to think`(_ config: String, _ reasoning: ChatReasoning) throws {
        #expect(try request(#""generationConfig":{"thinkingConfig":\#(config)}"#).reasoning == reasoning)
    }

    @Test func `says what the answer has to be`() throws {
        #expect(try request(#""generationConfig":{"responseMimeType":"application/json"}"#).output == .json)
        #expect(try request(#""generationConfig":{"responseMimeType":"text/plain"}"#).output == .text)
        #expect(
            try request(#""generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"ARRAY","items":{"type":"STRING"}}}"#)
                .output
                == .schema(ChatSchema(schema: ["type": "array", "items": ["type": "string"]])))
    }

    @Test func `has schemas of its own kind made into JSON Schema`() throws {
        let request = try request(
            #""tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","propertyOrdering":["b","a"],"properties":{"#
                + #""a":{"type":"STRING","nullable":true,"enum":["x"],"format":"enum"},"b":{"type":"INTEGER","minimum":1},"#
                + #""any_of":{"type":"ARRAY","items":{"type":"NUMBER"},"min_items":"1"},"c":{"anyOf":[{"type":"STRING"},{"type":"BOOLEAN"}],"nullable":true}}}}]}]"#
        )

        let expected: JSONValue = [
            "type": "object",
            "properties": [
                "b": ["type": "integer", "minimum": 1],
                "a": ["type": ["string", "null"], "enum": ["x", .null]],
                "any_of": ["type": "array", "items": ["type": "number"], "minItems": 1],
                "c": ["anyOf": [["type": "string"], ["type": "boolean"], ["type": "null"]]],
            ],
        ]
        #expect(request.tools[0].parameters == expected)
    }
}
