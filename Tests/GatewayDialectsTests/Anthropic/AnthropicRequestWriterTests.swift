import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A request written for Anthropic")
struct AnthropicRequestWriterTests {
    private func request(_ format: ChatFormat = .openAIChat, _ change: (inout ChatRequest) -> Void = { _ in }) -> ChatRequest {
        var request = ChatRequest(format: format, model: "alias")
        request.turns = [ChatTurn(.user, [.text("Hi")], place: "messages[0]")]
        change(&request)
        return request
    }

    private func refusal(_ request: ChatRequest, policy: ChatLosses.Policy = .refuse) -> String? {
        do {
            _ = try anthropicBody(request, policy: policy)
            return nil
        } catch GatewayError.fieldRefused(let field, _) {
            return field
        } catch {
            return "\(error)"
        }
    }

    @Test func `has the target's model, a cap and the conversation, and nothing else`() throws {
        let (body, dropped) = try anthropicBody(request())

        let expected = #"{"model":"claude","max_tokens":4096,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}"#
        #expect(body == (try anthropicJSON(expected)))
        #expect(dropped.isEmpty)
    }

    @Test func `takes the client's cap before the target's`() throws {
        let capped = ChatTargetFacts(model: "claude", outputTokensMax: 800)

        #expect(try anthropicBody(request(), target: capped).body["max_tokens"] == 800)
        #expect(try anthropicBody(request { $0.sampling.outputTokensMax = JSONNumber(5000) }, target: capped).body["max_tokens"] == 5000)
    }

    @Test func `has sampling as it came`() throws {
        let (body, _) = try anthropicBody(
            request {
                $0.sampling.temperature = JSONNumber("0.70")
                $0.sampling.topP = JSONNumber("0.9")
                $0.sampling.topK = JSONNumber(40)
                $0.sampling.stop = ["END"]
                $0.user = "u-1"
                $0.isStreaming = true
            })

        #expect(body["temperature"]?.number?.spelling == "0.70")
        #expect(body["top_p"] == 0.9)
        #expect(body["top_k"] == 40)
        #expect(body["stop_sequences"] == ["END"])
        #expect(body["metadata"] == ["user_id": "u-1"])
        #expect(body["stream"] == true)
    }

    @Test func `clamps a temperature above 1 where that is allowed`() throws {
        let hot = request { $0.sampling.temperature = JSONNumber("1.5") }

        #expect(refusal(hot) == "temperature")
        let (body, dropped) = try anthropicBody(hot, policy: .drop)
        #expect(body["temperature"] == 1)
        #expect(dropped == ["temperature"])
    }

    @Test func `leaves out what Anthropic has no word for, by the name of the client's format`() throws {
        let tuned = request(.gemini) {
            $0.sampling.seed = JSONNumber(1)
            $0.sampling.frequencyPenalty = JSONNumber("0.5")
            $0.output = .json
            $0.sampling.stop = ["\n", "END"]
        }

        #expect(refusal(tuned) != nil)
        let (body, dropped) = try anthropicBody(tuned, policy: .drop)
        #expect(
            dropped == [
                "generationConfig.stopSequences", "generationConfig.frequencyPenalty", "generationConfig.seed", "generationConfig.responseMimeType",
            ])
        #expect(body["stop_sequences"] == ["END"])
    }

    @Test func `takes a penalty of 0 for none`() throws {
        let (_, dropped) = try anthropicBody(request { $0.sampling.presencePenalty = JSONNumber("0.0") })

        #expect(dropped == ["presence_penalty"])
    }

    @Test func `keeps several instructions apart and one as a string`() throws {
        #expect(
            try anthropicBody(request { $0.system = ["A", " \n", "B"] }).body["system"]
                == (try anthropicJSON(
                    #"[{"type":"text","text":"A"},{"type":"text","text":"B"}]"#)))
        #expect(try anthropicBody(request { $0.system = ["A"] }).body["system"] == "A")
        #expect(try anthropicBody(request { $0.system = [""] }).body["system"] == nil)
    }

    @Test func `closes the objects of a schema that another format left open`() throws {
        let schema = #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{}}},"b":{"type":"string"}}}"#
        let closed =
            #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{},"additionalProperties":false}},"#
            + #""b":{"type":"string"}},"additionalProperties":false}"#
        let value = try anthropicJSON(schema)

        let (foreign, dropped) = try anthropicBody(request { $0.output = .schema(ChatSchema(name: "answer", schema: value, isStrict: true)) })
        let (own, _) = try anthropicBody(request(.anthropic) { $0.output = .schema(ChatSchema(schema: value)) })

        #expect(foreign["output_config"] == ["format": ["type": "json_schema", "schema": try anthropicJSON(closed)]])
        #expect(dropped == ["response_format.json_schema.name"])
        #expect(own["output_config"] == ["format": ["type": "json_schema", "schema": value]])
    }
}

@Suite("Thinking asked of Anthropic")
struct AnthropicReasoningTests {
    private func body(
        _ reasoning: ChatReasoning, budgets: Bool = false, cap: Int? = nil, format: ChatFormat = .openAIChat,
        _ change: (inout ChatRequest) -> Void = { _ in }
    ) throws -> JSONValue {
        var request = ChatRequest(format: format, model: "alias")
        request.turns = [ChatTurn(.user, [.text("Hi")])]
        request.reasoning = reasoning
        request.sampling.outputTokensMax = cap.map { JSONNumber($0) }
        change(&request)
        return try anthropicBody(request, policy: .drop, target: ChatTargetFacts(model: "claude", takesBudgets: budgets)).body
    }

    @Test(arguments: [
        (ChatReasoning(effort: .minimal), "low"), (ChatReasoning(effort: .low), "low"), (ChatReasoning(effort: .medium), "medium"),
        (ChatReasoning(effort: .high), "high"), (ChatReasoning(effort: .xhigh), "xhigh"), (ChatReasoning(effort: .max), "max"),
        (ChatReasoning(budgetTokens: 500), "low"), (ChatReasoning(budgetTokens: 10_000), "medium"),
        (ChatReasoning(budgetTokens: 24_576), "high"), (ChatReasoning(budgetTokens: 100_000), "xhigh"),
    ])
    func `is an effort that the model keeps to as it sees fit`(_ reasoning: ChatReasoning, _ effort: String) throws {
        let body = try body(reasoning)

        #expect(body["output_config"] == ["effort": .string(effort)])
        #expect(body["thinking"] == ["type": "adaptive"])
        #expect(body["max_tokens"] == 4096)
    }

    @Test(arguments: [true, false])
    func `is switched off`(_ budgets: Bool) throws {
        for reasoning in [ChatReasoning(effort: ChatReasoning.Effort.none), ChatReasoning(budgetTokens: 0)] {
            let body = try body(reasoning, budgets: budgets)

            #expect(body["thinking"] == ["type": "disabled"])
            #expect(body["output_config"] == nil)
        }
    }

    @Test func `is not switched on by an effort in Anthropic's own format`() throws {
        let body = try body(ChatReasoning(effort: .high), format: .anthropic)

        #expect(body["thinking"] == nil)
        #expect(body["output_config"] == ["effort": "high"])
    }

    @Test(arguments: [
        (ChatReasoning(effort: .medium), 8192), (ChatReasoning(budgetTokens: 3000), 3000), (ChatReasoning(budgetTokens: 5), 1024),
        (ChatReasoning(isAdaptive: true), 8192), (ChatReasoning(budgetTokens: -1), 8192),
    ])
    func `has a budget for older models, and the answer its room besides`(_ reasoning: ChatReasoning, _ budget: Int) throws {
        let body = try body(reasoning, budgets: true, cap: 100)

        #expect(body["thinking"] == ["type": "enabled", "budget_tokens": JSONValue(budget)])
        #expect(body["max_tokens"]?.int == budget + 100)
        #expect(body["output_config"] == nil)
    }

    @Test func `leaves a cap above the budget alone`() throws {
        #expect(try body(ChatReasoning(budgetTokens: 2000), budgets: true, cap: 2001)["max_tokens"] == 2001)
    }

    @Test(arguments: [(true, "summarized"), (false, "omitted")])
    func `is shown as the client wants`(_ shows: Bool, _ word: String) throws {
        #expect(try body(ChatReasoning(effort: .low, showsThoughts: shows))["thinking"]?["display"] == .string(word))
        #expect(try body(ChatReasoning(budgetTokens: 2000, showsThoughts: shows), budgets: true)["thinking"]?["display"] == .string(word))
    }

    @Test func `does not go together with a tool that must be called, on older models`() throws {
        let forced: (inout ChatRequest) -> Void = {
            $0.tools = [ChatTool(name: "f")]
            $0.toolChoice = .any
        }

        #expect(try body(ChatReasoning(effort: .low), budgets: true, forced)["thinking"] == nil)
        #expect(try body(ChatReasoning(effort: .low), budgets: false, forced)["thinking"] == ["type": "adaptive"])
    }

    @Test(arguments: [true, false])
    func `goes on after calls only with the thoughts before them, on older models`(_ hasThoughts: Bool) throws {
        let thoughts = ChatPart.thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "sig")))
        let call = ChatPart.call(ChatCall(id: "a", name: "f", arguments: "{}"))
        let body = try body(ChatReasoning(effort: .low), budgets: true) {
            $0.turns += [ChatTurn(.assistant, hasThoughts ? [thoughts, call] : [call]), ChatTurn(.tool, [.result(ChatResult(id: "a", parts: []))])]
        }

        #expect((body["thinking"] != nil) == hasThoughts)
    }
}

@Suite("Tools offered to Anthropic")
struct AnthropicToolsTests {
    private func body(_ change: (inout ChatRequest) -> Void) throws -> JSONValue {
        var request = ChatRequest(format: .openAIChat, model: "alias")
        request.turns = [ChatTurn(.user, [.text("Hi")])]
        request.tools = [ChatTool(name: "f", description: "F", isStrict: true), ChatTool(name: "g", isStrict: false)]
        change(&request)
        return try anthropicBody(request).body
    }

    @Test func `have a schema in any case`() throws {
        let body = try body { $0.tools[1].parameters = ["properties": ["a": ["type": "string"]]] }

        #expect(
            body["tools"]
                == (try anthropicJSON(
                    #"""
                    [{"name":"f","description":"F","input_schema":{"type":"object","properties":{}},"strict":true},
                    {"name":"g","input_schema":{"type":"object","properties":{"a":{"type":"string"}}}}]
                    """#)))
        #expect(body["tool_choice"] == nil)
    }

    @Test(arguments: [
        (ChatToolChoice.auto, false, #"{"type":"auto"}"#), (ChatToolChoice.none, true, #"{"type":"none"}"#), (.any, false, #"{"type":"any"}"#),
        (.tool("g"), true, #"{"type":"tool","name":"g","disable_parallel_tool_use":true}"#),
        (.auto, true, #"{"type":"auto","disable_parallel_tool_use":true}"#),
    ])
    func `are chosen from in Anthropic's words`(_ choice: ChatToolChoice, _ isOneAtATime: Bool, _ expected: String) throws {
        let body = try body {
            $0.toolChoice = choice
            $0.callsOneAtATime = isOneAtATime
        }

        #expect(body["tool_choice"] == (try anthropicJSON(expected)))
        #expect(body["tools"]?.array?.count == 2)
    }

    @Test func `are called one at a time without another choice`() throws {
        #expect(try body { $0.callsOneAtATime = true }["tool_choice"] == ["type": "auto", "disable_parallel_tool_use": true])
    }

    @Test(arguments: [true, false])
    func `are only those that may be called`(_ isRequired: Bool) throws {
        let body = try body { $0.toolChoice = .allowed(["g"], isRequired: isRequired) }

        #expect(body["tools"]?.array?.map { $0["name"] } == ["g"])
        #expect(body["tool_choice"] == ["type": isRequired ? "any" : "auto"])
    }

    @Test func `are refused with names and parameters that Anthropic does not take`() throws {
        #expect(throws: GatewayError.self) { try body { $0.tools[0].name = "a.b:c" } }
        #expect(throws: GatewayError.self) { try body { $0.tools[0].name = String(repeating: "x", count: 129) } }
        #expect(throws: GatewayError.self) { try body { $0.tools[0].parameters = ["type": "string"] } }
        #expect(throws: GatewayError.self) {
            try body {
                $0.tools = []
                $0.toolChoice = .any
            }
        }
    }

    @Test func `need no choice when there are none`() throws {
        let body = try body {
            $0.tools = []
            $0.toolChoice = .auto
            $0.callsOneAtATime = true
        }

        #expect(body["tool_choice"] == nil)
        #expect(body["tools"] == nil)
    }
}
