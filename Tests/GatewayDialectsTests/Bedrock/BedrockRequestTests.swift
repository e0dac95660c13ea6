import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A request for Bedrock")
struct BedrockRequestTests {
    private static let claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
    private static let nova = "amazon.nova-2-lite-v1:0"

    private func request(_ change: (inout ChatRequest) -> Void = { _ in }) -> ChatRequest {
        var request = ChatRequest(format: .openAIChat, model: "m")
        request.turns = [ChatTurn(.user, [.text("Hi")], place: "messages[0]")]
        change(&request)
        return request
    }

    private func body(
        _ request: ChatRequest, _ model: String = claude, policy: ChatLosses.Policy = .refuse, budgets: Bool = false
    ) throws(GatewayError) -> (JSONValue, dropped: [String]) {
        var losses = ChatLosses(policy: policy, target: .bedrock)
        let body = try BedrockWire.body(of: request, for: ChatTargetFacts(model: model, takesBudgets: budgets), losses: &losses)
        return (body, losses.dropped)
    }

    private func written(_ change: (inout ChatRequest) -> Void, _ model: String = claude) throws -> JSONValue { try body(request(change), model).0 }

    private func refusal(_ model: String = claude, _ change: (inout ChatRequest) -> Void) -> String? {
        do throws(GatewayError) { _ = try body(request(change), model) } catch {
            if case .fieldRefused(let field, _) = error { return field }
        }
        return nil
    }

    @Test func `says what every model is told, in Converse's words`() throws {
        let body = try written { request in
            request.system = ["Be kind.", "Be brief."]
            request.sampling.outputTokensMax = JSONNumber(100)
            request.sampling.temperature = JSONNumber("0.70")
            request.sampling.topP = JSONNumber("0.9")
            request.sampling.stop = ["END"]
        }

        #expect(body["system"] == [["text": "Be kind."], ["text": "Be brief."]])
        #expect(body["messages"] == [["role": "user", "content": [["text": "Hi"]]]])
        #expect(body["inferenceConfig"] == ["maxTokens": 100, "temperature": .number(JSONNumber("0.70")!), "topP": 0.9, "stopSequences": ["END"]])
        #expect(body["model"] == nil && body["stream"] == nil)
    }

    @Test func `has a limit for Claude, which wants one, and none of its own for others`() throws {
        #expect(try written({ _ in })["inferenceConfig"]?["maxTokens"] == 4096)
        #expect(try written({ _ in }, Self.nova)["inferenceConfig"] == [:])
    }

    @Test func `has tools, calls and their results`() throws {
        let body = try written { request in
            request.tools = [
                ChatTool(name: "weather", description: "The weather", parameters: ["type": "object"], isStrict: true), ChatTool(name: "now"),
            ]
            request.toolChoice = .tool("weather")
            request.turns += [
                ChatTurn(.assistant, [.text("Let me see."), .call(ChatCall(id: "call_1", name: "weather", arguments: #"{"n":1.50}"#))]),
                ChatTurn(.tool, [.result(ChatResult(id: "call_1", parts: [.text("rain")], isError: true))]),
                ChatTurn(.user, [.text("And now?")]),
            ]
        }

        #expect(
            body["toolConfig"]?["tools"] == [
                ["toolSpec": ["name": "weather", "description": "The weather", "inputSchema": ["json": ["type": "object"]], "strict": true]],
                ["toolSpec": ["name": "now", "inputSchema": ["json": ["type": "object", "properties": [:]]]]],
            ])
        #expect(body["toolConfig"]?["toolChoice"] == ["tool": ["name": "weather"]])
        let use = body["messages"]?[1]?["content"]?[1]
        #expect(String(decoding: use?.written() ?? [], as: UTF8.self) == #"{"toolUse":{"toolUseId":"call_1","name":"weather","input":{"n":1.50}}}"#)
        #expect(
            body["messages"]?[2] == [
                "role": "user",
                "content": [["toolResult": ["toolUseId": "call_1", "content": [["text": "rain"]], "status": "error"]], ["text": "And now?"]],
            ])
    }

    @Test func `has ids that Bedrock takes, the same for the call and its result`() throws {
        let id = String(repeating: "x", count: 70) + "|é"
        let body = try written { request in
            request.tools = [ChatTool(name: "now")]
            request.turns += [
                ChatTurn(.assistant, [.call(ChatCall(id: id, name: "now", arguments: "{}"))]),
                ChatTurn(.tool, [.result(ChatResult(id: id, parts: []))]),
            ]
        }

        let made = try #require(body["messages"]?[1]?["content"]?[0]?["toolUse"]?["toolUseId"]?.string)
        #expect(made.utf8.count <= 64 && made.hasPrefix("weir_"))
        #expect(body["messages"]?[2]?["content"]?[0]?["toolResult"]?["toolUseId"]?.string == made)
        #expect(body["messages"]?[2]?["content"]?[0]?["toolResult"]?["content"] == [["text": " "]])
    }

    @Test func `has pictures, documents and sounds as bytes, and refuses addresses`() throws {
        let body = try written { request in
            request.turns = [
                ChatTurn(
                    .user,
                    [
                        .image(ChatMedia(.base64(type: "image/jpg", data: "aGk="))),
                        .document(ChatMedia(.base64(type: "application/pdf", data: "JVBERg=="), title: "Report: Q3_2026.pdf")),
                        .document(ChatMedia(.text("Plain."))), .audio(ChatMedia(.base64(type: "audio/wav", data: "UklG"))),
                    ])
            ]
        }

        #expect(
            body["messages"]?[0]?["content"] == [
                ["image": ["format": "jpeg", "source": ["bytes": "aGk="]]],
                ["document": ["format": "pdf", "name": "Report Q3 2026 pdf", "source": ["bytes": "JVBERg=="]]],
                ["document": ["format": "txt", "name": "document", "source": ["bytes": "UGxhaW4u"]]],
                ["audio": ["format": "wav", "source": ["bytes": "UklG"]]], ["text": "(a document)"],
            ])
        #expect(
            refusal { $0.turns = [ChatTurn(.user, [.image(ChatMedia(.url("https://a.example/b.png", type: nil)))], place: "messages[0]")] }
                == "messages[0]")
    }

    @Test func `gives thoughts back to whoever sealed them`() throws {
        let thoughts: [ChatPart] = [
            .thinking(ChatThinking(text: "Hm.", seal: ChatSeal(.signature, "c2ln"))),
            .thinking(ChatThinking(text: "", seal: ChatSeal(.blob, "YmxvYg=="))),
            .thinking(ChatThinking(text: "Not mine.", seal: ChatSeal(.thought, "dGhvdWdodA=="))), .text("Well."),
        ]
        let (body, dropped) = try body(
            request {
                $0.turns += [
                    ChatTurn(.assistant, thoughts, place: "messages[1]"), ChatTurn(.user, [.text("Go on.")], place: "messages[2]"),
                ]
            })

        #expect(
            body["messages"]?[1]?["content"] == [
                ["reasoningContent": ["reasoningText": ["text": "Hm.", "signature": "c2ln"]]], ["reasoningContent": ["redactedContent": "YmxvYg=="]],
                ["text": "Well."],
            ])
        #expect(dropped == ["messages[1].thinking"])
    }

    @Test func `asks for thinking in the words of the model's maker`() throws {
        let wish: (inout ChatRequest) -> Void = { $0.reasoning = ChatReasoning(effort: .medium) }

        let claude = try written(wish)
        #expect(claude["outputConfig"]?["effort"] == "medium")
        #expect(claude["additionalModelRequestFields"] == ["thinking": ["type": "adaptive"]])
        let older = try body(request(wish), budgets: true).0
        #expect(older["additionalModelRequestFields"] == ["thinking": ["type": "enabled", "budget_tokens": 8192]])
        #expect(older["inferenceConfig"]?["maxTokens"] == 12288)
        let nova = try written(wish, "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0")
        #expect(nova["additionalModelRequestFields"] == ["reasoningConfig": ["type": "enabled", "maxReasoningEffort": "medium"]])
        #expect(try written(wish, "openai.gpt-oss-120b-1:0")["additionalModelRequestFields"] == ["reasoning_effort": "medium"])
        #expect(refusal("arn:aws:bedrock:eu-central-1:1:application-inference-profile/x", wish) == "reasoning_effort")
    }

    @Test func `has a schema for the answer as text, closed as Claude wants it`() throws {
        let body = try written {
            $0.output = .schema(ChatSchema(name: "answer", schema: ["type": "object", "properties": ["x": ["type": "integer"]]]))
        }

        let definition = body["outputConfig"]?["textFormat"]?["structure"]?["jsonSchema"]
        #expect(definition?["name"] == "answer")
        #expect(definition?["schema"] == #"{"type":"object","properties":{"x":{"type":"integer"}},"additionalProperties":false}"#)
        #expect(body["outputConfig"]?["textFormat"]?["type"] == "json_schema")
    }

    @Test func `offers no tools where none may be called, unless some have been`() throws {
        let quiet = try written { request in
            request.tools = [ChatTool(name: "now")]
            request.toolChoice = ChatToolChoice.none
        }
        #expect(quiet["toolConfig"] == nil)
        let field = refusal { request in
            request.tools = [ChatTool(name: "now")]
            request.toolChoice = ChatToolChoice.none
            request.turns += [
                ChatTurn(.assistant, [.call(ChatCall(id: "a", name: "now", arguments: "{}"))]),
                ChatTurn(.tool, [.result(ChatResult(id: "a", parts: []))]),
            ]
        }
        #expect(field == "tool_choice")
    }

    @Test func `refuses what has no equivalent by the client's own name`() {
        #expect(refusal { $0.sampling.seed = JSONNumber(7) } == "seed")
        #expect(refusal { $0.sampling.frequencyPenalty = JSONNumber("0.5") } == "frequency_penalty")
        #expect(refusal { $0.sampling.temperature = JSONNumber("1.5") } == "temperature")
        #expect(refusal { $0.output = .json } == "response_format")
        #expect(refusal("meta.llama3-70b-instruct-v1:0") { $0.sampling.topK = JSONNumber(40) } == "top_k")
        #expect(refusal { $0.turns = [ChatTurn(.assistant, [.text("I begin.")], place: "messages[0]")] } == "messages[0]")
        #expect(
            refusal {
                $0.tools = [ChatTool(name: "now")]
                $0.callsOneAtATime = true
            } == "parallel_tool_calls")
    }

    @Test func `has marks for the prompt cache where the client has them, four at most`() throws {
        let marked = request { request in
            request.format = .anthropic
            request.system = ["Be kind."]
            request.tools = [ChatTool(name: "now")]
            for index in 1...6 { request.turns.append(ChatTurn(index % 2 == 1 ? .assistant : .user, [.text("x")], place: "messages[\(index)]")) }
            let places = ["system[0]", "tools[0]"] + (0...6).map { "messages[\($0)].content[0]" }
            request.extras = places.map { ChatExtra($0 + ".cache_control", .hint) } + [ChatExtra("service_tier", .hint)]
        }
        let point: JSONValue = ["cachePoint": ["type": "default"]]

        let (body, dropped) = try body(marked)

        #expect(body["system"]?[1] == point && body["toolConfig"]?["tools"]?[1] == point)
        #expect((body["messages"]?.array ?? []).map { $0["content"]?[1] == point } == [false, false, false, false, false, true, true])
        #expect(dropped.count == 6 && dropped.contains("service_tier") && !dropped.contains("system[0].cache_control"))
        #expect(try self.body(marked, "meta.llama3-70b-instruct-v1:0").0["system"] == [["text": "Be kind."]])
    }

    @Test func `names the model in the path, encoded as AWS's own clients do it`() {
        #expect(BedrockPath.converse(model: Self.nova, isStreaming: false) == "/model/amazon.nova-2-lite-v1%3A0/converse")
        #expect(
            BedrockPath.converse(model: "arn:aws:bedrock:us-east-1::foundation-model/x", isStreaming: true)
                == "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fx/converse-stream")
    }
}
