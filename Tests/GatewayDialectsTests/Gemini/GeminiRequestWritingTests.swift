import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@Suite("Requests for a Gemini provider")
struct GeminiRequestWritingTests {
    private func written(_ turns: ChatTurn..., change: (inout ChatRequest) -> Void = { _ in }) throws -> (body: JSONValue, dropped: [String]) {
        var request = ChatRequest(format: .openAIChat, model: "fast")
        request.turns = turns.isEmpty ? [ChatTurn(.user, [.text("Hi")], place: "messages[0]")] : turns
        change(&request)
        return try GeminiSupport.written(request)
    }

    private func contents(_ turns: ChatTurn...) throws -> JSONValue? {
        var request = ChatRequest(format: .openAIChat, model: "fast")
        request.turns = turns
        return try GeminiSupport.written(request).body["contents"]
    }

    private func call(_ id: String, _ name: String = "f", _ arguments: String = "{}", seal: ChatSeal? = nil) -> ChatPart {
        .call(ChatCall(id: id, name: name, arguments: arguments, seal: seal))
    }

    @Test func `hold the conversation in order`() throws {
        let (body, dropped) = try written(
            ChatTurn(.user, [.text("Hi"), .text("")]), ChatTurn(.assistant, [.text("Hello"), .refusal("no")]), ChatTurn(.user, [.text("Bye")])
        ) { $0.system = ["A", "B"] }

        #expect(
            body == [
                "contents": [
                    ["role": "user", "parts": [["text": "Hi"]]], ["role": "model", "parts": [["text": "Hello"], ["text": "no"]]],
                    ["role": "user", "parts": [["text": "Bye"]]],
                ],
                "systemInstruction": ["parts": [["text": "A"], ["text": "B"]]],
            ])
        #expect(dropped.isEmpty)
    }

    @Test func `keep instructions in the middle where they are, in the user's voice`() throws {
        let (body, dropped) = try written(ChatTurn(.user, [.text("Hi")]), ChatTurn(.system, [.text("Be brief.")], place: "messages[1]"))

        #expect(body["contents"]?[1] == ["role": "user", "parts": [["text": "Be brief."]]])
        #expect(dropped == ["messages[1].role"])
    }

    @Test func `hold pictures, sound and documents`() throws {
        let parts = try contents(
            ChatTurn(
                .user,
                [
                    .image(ChatMedia(.base64(type: "image/png", data: "aQ=="))), .image(ChatMedia(.url("https://x.org/a.jpg?b", type: nil))),
                    .image(ChatMedia(.url("https://x.org/a", type: nil))), .audio(ChatMedia(.base64(type: "audio/wav", data: "aQ=="))),
                    .document(ChatMedia(.text("words"))), .document(ChatMedia(.url("https://x.org/a", type: "application/pdf"))),
                ]))?[0]?["parts"]

        #expect(
            parts == [
                ["inlineData": ["mimeType": "image/png", "data": "aQ=="]],
                ["fileData": ["fileUri": "https://x.org/a.jpg?b", "mimeType": "image/jpeg"]], ["fileData": ["fileUri": "https://x.org/a"]],
                ["inlineData": ["mimeType": "audio/wav", "data": "aQ=="]], ["text": "words"],
                ["fileData": ["fileUri": "https://x.org/a", "mimeType": "application/pdf"]],
            ])
    }

    @Test func `tell that the title of a document is left out`() throws {
        let part = ChatPart.document(ChatMedia(.base64(type: "application/pdf", data: "aQ=="), title: "a.pdf"))

        #expect(try written(ChatTurn(.user, [part], place: "messages[0]")).dropped == ["messages[0].filename"])
    }

    @Test func `hold calls with their arguments as objects, numbers untouched`() throws {
        let contents = try contents(
            ChatTurn(
                .assistant, [.text("A"), call("c1", "f", #"{"n":9007199254740993,"x":1.0}"#, seal: ChatSeal(.thought, "c2ln")), call("c2", "g", "")]))

        #expect(
            contents?[0]?["parts"] == [
                ["text": "A"],
                [
                    "functionCall": [
                        "id": "c1", "name": "f", "args": ["n": .number(JSONNumber("9007199254740993")!), "x": .number(JSONNumber("1.0")!)],
                    ],
                    "thoughtSignature": "c2ln",
                ],
                ["functionCall": ["id": "c2", "name": "g", "args": .object([:])]],
            ])
    }

    @Test func `hold Google's word for a lost seal where a newer model would refuse the call`() throws {
        let turns = [
            ChatTurn(.user, [.text("One")]), ChatTurn(.assistant, [call("c1")]), ChatTurn(.tool, [.result(ChatResult(id: "c1", parts: []))]),
            ChatTurn(.user, [.text("Two")]), ChatTurn(.assistant, [.text("A"), call("c2"), call("c3")]),
            ChatTurn(.tool, [.result(ChatResult(id: "c2", parts: [])), .result(ChatResult(id: "c3", parts: []))]),
            ChatTurn(.assistant, [call("c4", seal: ChatSeal(.thought, "c2ln"))]), ChatTurn(.tool, [.result(ChatResult(id: "c4", parts: []))]),
        ]
        func seals(of contents: JSONValue?) -> [String?] {
            (contents?.array ?? []).flatMap { $0["parts"]?.array ?? [] }.filter { $0["functionCall"] != nil }.map { $0["thoughtSignature"]?.string }
        }
        var request = ChatRequest(format: .anthropic, model: "fast")
        request.turns = turns
        let older = try GeminiSupport.written(request, target: ChatTargetFacts(model: "m", takesBudgets: true)).body["contents"]
        let newer = try GeminiSupport.written(request).body["contents"]

        #expect(seals(of: newer) == [nil, "skip_thought_signature_validator", nil, "c2ln"])
        #expect(seals(of: older) == [nil, nil, nil, "c2ln"])
    }

    @Test(arguments: ["[]", "1", "{", #"{"a":}"#, "null"])
    func `refuse arguments that are no object, at their place`(_ arguments: String) {
        #expect {
            try written(ChatTurn(.assistant, [call("c", "f", arguments)], place: "messages[3]"))
        } throws: { error in
            guard case GatewayError.fieldRefused("messages[3]", _) = error else { return false }
            return true
        }
    }

    @Test func `answer all calls of one turn in one content, in the order of the calls and with their names`() throws {
        let contents = try contents(
            ChatTurn(.assistant, [call("c1", "f"), call("c2", "g")]), ChatTurn(.tool, [.result(ChatResult(id: "c2", parts: [.text("two")]))]),
            ChatTurn(.tool, [.result(ChatResult(id: "c1", parts: [.text("one")]))]), ChatTurn(.user, [.text("So?")]))

        #expect(
            contents?[1] == [
                "role": "user",
                "parts": [
                    ["functionResponse": ["id": "c1", "name": "f", "response": ["output": "one"]]],
                    ["functionResponse": ["id": "c2", "name": "g", "response": ["output": "two"]]],
                ],
            ])
        #expect(contents?[2] == ["role": "user", "parts": [["text": "So?"]]])
    }

    @Test(arguments: [
        ("ok", false, #"{"output":"ok"}"#), ("", false, #"{"output":""}"#), (#"{"a": 1.0}"#, false, #"{"a":1.0}"#),
        ("[1]", false, #"{"output":"[1]"}"#),
        ("bad", true, #"{"error":"bad"}"#), (#"{"a":1}"#, true, #"{"error":"{\"a\":1}"}"#),
    ])
    func `return an object from every function`(_ text: String, _ isError: Bool, _ response: String) throws {
        let contents = try contents(
            ChatTurn(.assistant, [call("c")]),
            ChatTurn(.tool, [.result(ChatResult(id: "c", parts: text.isEmpty ? [] : [.text(text)], isError: isError))]))

        #expect(contents?[1]?["parts"]?[0]?["functionResponse"]?["response"] == GeminiSupport.json(response))
    }

    @Test func `return pictures beside the object`() throws {
        let parts: [ChatPart] = [.text("a"), .image(ChatMedia(.base64(type: "image/png", data: "aQ=="))), .document(ChatMedia(.text("b")))]
        let contents = try contents(ChatTurn(.assistant, [call("c")]), ChatTurn(.tool, [.result(ChatResult(id: "c", parts: parts))]))

        #expect(
            contents?[1]?["parts"]?[0]?["functionResponse"] == [
                "id": "c", "name": "f", "response": ["output": "a\nb"], "parts": [["inlineData": ["mimeType": "image/png", "data": "aQ=="]]],
            ])
    }

    @Test func `refuse a result of a call that nobody made`() {
        #expect {
            try written(ChatTurn(.tool, [.result(ChatResult(id: "x", parts: [], place: "messages[2]"))]))
        } throws: { error in
            guard case GatewayError.fieldRefused("messages[2]", _) = error else { return false }
            return true
        }
    }

    @Test func `bring back only what Gemini has sealed`() throws {
        let contents = try contents(
            ChatTurn(
                .assistant,
                [
                    .thinking(ChatThinking(text: "mine", seal: ChatSeal(.thought, "YQ=="))),
                    .thinking(ChatThinking(text: "hers", seal: ChatSeal(.signature, "Yg=="))),
                    .thinking(ChatThinking(text: "", seal: ChatSeal(.encrypted, "Yw==", id: "rs_1"))), .thinking(ChatThinking(text: "open")),
                    .text("A"),
                    .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "ZA=="))), call("c", seal: ChatSeal(.signature, "ZQ==")),
                    .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "Zg=="))),
                ]),
            ChatTurn(.tool, [.result(ChatResult(id: "c", parts: []))]), ChatTurn(.user, [.text("So?")]))

        #expect(
            contents?[0]?["parts"] == [
                ["text": "mine", "thought": true, "thoughtSignature": "YQ=="], ["text": "A", "thoughtSignature": "ZA=="],
                ["functionCall": ["id": "c", "name": "f", "args": .object([:])]], ["text": "", "thoughtSignature": "Zg=="],
            ])
    }

    @Test func `tell that thoughts of another provider's are left out`() throws {
        let thoughts: [ChatPart] = [.thinking(ChatThinking(text: "hers", seal: ChatSeal(.signature, "Yg=="))), .thinking(ChatThinking(text: "open"))]
        let sealsAlone = ChatPart.thinking(ChatThinking(text: "", seal: ChatSeal(.encrypted, "Yw==")))

        #expect(try written(ChatTurn(.assistant, thoughts + [.text("A")], place: "messages[1]")).dropped == ["messages[1].thinking"])
        #expect(try written(ChatTurn(.assistant, [sealsAlone, .text("A")], place: "messages[1]")).dropped == [])
    }

    @Test func `leave a turn out that has nothing left`() throws {
        let contents = try contents(ChatTurn(.assistant, [.thinking(ChatThinking(text: "open"))]), ChatTurn(.user, [.text("a")]))

        #expect(contents == [["role": "user", "parts": [["text": "a"]]]])
    }

    @Test func `refuse instructions without a conversation, which Gemini does not answer`() {
        var request = ChatRequest(format: .openAIChat, model: "fast")
        request.system = ["Be brief."]

        #expect {
            try GeminiSupport.written(request)
        } throws: { error in
            guard case GatewayError.fieldRefused("messages", _) = error else { return false }
            return true
        }
    }

    @Test func `offer all tools in one element, with their schemas as they are`() throws {
        let schema: JSONValue = ["type": "object", "properties": ["a": ["$ref": "#/$defs/x"]], "additionalProperties": false]
        let (body, dropped) = try written {
            $0.tools = [ChatTool(name: "f", description: "d", parameters: schema, isStrict: true), ChatTool(name: "g")]
        }

        #expect(body["tools"] == [["functionDeclarations": [["name": "f", "description": "d", "parametersJsonSchema": schema], ["name": "g"]]]])
        #expect(dropped == ["tools[0].strict"])
    }

    @Test(arguments: [
        (ChatToolChoice.auto, #"{"mode":"AUTO"}"#), (.none, #"{"mode":"NONE"}"#), (.any, #"{"mode":"ANY"}"#),
        (.tool("f"), #"{"mode":"ANY","allowedFunctionNames":["f"]}"#),
        (.allowed(["f", "g"], isRequired: true), #"{"mode":"ANY","allowedFunctionNames":["f","g"]}"#),
        (.allowed(["f", "g"], isRequired: false), #"{"mode":"VALIDATED","allowedFunctionNames":["f","g"]}"#),
    ])
    func `choose among tools`(_ choice: ChatToolChoice, _ calling: String) throws {
        let (body, _) = try written {
            $0.tools = [ChatTool(name: "f"), ChatTool(name: "g")]
            $0.toolChoice = choice
        }

        #expect(body["toolConfig"]?["functionCallingConfig"] == GeminiSupport.json(calling))
    }

    @Test(arguments: [ChatToolChoice.auto, .none])
    func `say nothing about tools where there are none`(_ choice: ChatToolChoice) throws {
        #expect(try written { $0.toolChoice = choice }.body["toolConfig"] == nil)
    }

    @Test func `hold the sampling as it was spelled`() throws {
        let (body, dropped) = try written {
            $0.sampling.outputTokensMax = JSONNumber("100")
            $0.sampling.temperature = JSONNumber("0.70")
            $0.sampling.topP = JSONNumber("1")
            $0.sampling.topK = JSONNumber("40")
            $0.sampling.seed = JSONNumber("7")
            $0.sampling.frequencyPenalty = JSONNumber("0.1")
            $0.sampling.presencePenalty = JSONNumber("-0.1")
            $0.sampling.stop = ["a", "b"]
        }

        #expect(
            body["generationConfig"]
                == GeminiSupport.json(
                    #"{"maxOutputTokens":100,"temperature":0.70,"topP":1,"topK":40,"seed":7,"frequencyPenalty":0.1,"presencePenalty":-0.1,"stopSequences":["a","b"]}"#
                ))
        #expect(dropped.isEmpty)
    }

    @Test func `say what the answer has to be`() throws {
        let schema = ChatSchema(name: "n", description: "about", schema: ["type": "object"], isStrict: true)

        #expect(try written { $0.output = .json }.body["generationConfig"] == ["responseMimeType": "application/json"])
        #expect(
            try written { $0.output = .schema(schema) }.body["generationConfig"] == [
                "responseMimeType": "application/json", "responseJsonSchema": ["type": "object", "description": "about"],
            ])
        #expect(try written().body["generationConfig"] == nil)
    }

    @Test func `tell what they leave out`() throws {
        #expect(try written { $0.user = "u" }.dropped == ["user"])
        #expect(throws: GatewayError.self) {
            try written {
                $0.tools = [ChatTool(name: "f")]
                $0.callsOneAtATime = true
            }
        }
        #expect(try written { $0.callsOneAtATime = true }.dropped == [])
    }

    @Test(arguments: [
        (ChatReasoning(effort: .minimal), #"{"thinkingLevel":"MINIMAL"}"#),
        (ChatReasoning(effort: ChatReasoning.Effort.none), #"{"thinkingLevel":"MINIMAL"}"#),
        (ChatReasoning(effort: .low), #"{"thinkingLevel":"LOW"}"#), (ChatReasoning(effort: .medium), #"{"thinkingLevel":"MEDIUM"}"#),
        (ChatReasoning(effort: .high, showsThoughts: true), #"{"thinkingLevel":"HIGH","includeThoughts":true}"#),
        (ChatReasoning(effort: .xhigh), #"{"thinkingLevel":"HIGH"}"#), (ChatReasoning(effort: .max), #"{"thinkingLevel":"HIGH"}"#),
        (ChatReasoning(budgetTokens: 0), #"{"thinkingLevel":"MINIMAL"}"#), (ChatReasoning(budgetTokens: 1024), #"{"thinkingLevel":"LOW"}"#),
        (ChatReasoning(budgetTokens: 10_000), #"{"thinkingLevel":"MEDIUM"}"#), (ChatReasoning(budgetTokens: 24_576), #"{"thinkingLevel":"HIGH"}"#),
        (ChatReasoning(showsThoughts: false), #"{"includeThoughts":false}"#),
    ])
    func `think by levels where the model does`(_ reasoning: ChatReasoning, _ config: String) throws {
        #expect(try written { $0.reasoning = reasoning }.body["generationConfig"]?["thinkingConfig"] == GeminiSupport.json(config))
    }

    @Test(arguments: [
        (ChatReasoning(effort: .low), #"{"thinkingBudget":1024}"#), (ChatReasoning(effort: .high), #"{"thinkingBudget":24576}"#),
        (ChatReasoning(effort: ChatReasoning.Effort.none, showsThoughts: true), #"{"thinkingBudget":0}"#),
        (ChatReasoning(effort: .low, budgetTokens: 5000, showsThoughts: true), #"{"thinkingBudget":5000,"includeThoughts":true}"#),
        (ChatReasoning(isAdaptive: true), #"{"thinkingBudget":-1}"#),
    ])
    func `think by budgets where the model does`(_ reasoning: ChatReasoning, _ config: String) throws {
        var request = GeminiSupport.conversation(ChatTurn(.user, [.text("Hi")]))
        request.reasoning = reasoning

        let (body, _) = try GeminiSupport.written(request, target: ChatTargetFacts(model: "m", takesBudgets: true))

        #expect(body["generationConfig"]?["thinkingConfig"] == GeminiSupport.json(config))
    }

    @Test func `do not lose an effort that has no budget in silence`() throws {
        var request = GeminiSupport.conversation(ChatTurn(.user, [.text("Hi")]))
        request.reasoning = ChatReasoning(effort: .max)
        let target = ChatTargetFacts(model: "m", reasoningBudgets: [.low: 1024], takesBudgets: true)

        #expect(throws: GatewayError.self) { try GeminiSupport.written(request, target: target) }
        #expect(try GeminiSupport.written(request, policy: .drop, target: target).dropped == ["reasoning_effort"])
    }

    @Test func `refuse first what only the client's format has`() {
        #expect(throws: GatewayError.fieldRefused(field: "n", reason: "One.")) {
            try written { $0.extras = [ChatExtra("n", .meaning("One."))] }
        }
    }
}
