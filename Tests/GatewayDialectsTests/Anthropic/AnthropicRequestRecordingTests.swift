import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Recorded requests to Anthropic")
struct AnthropicRequestRecordingTests {
    private func read(_ id: String) throws -> ChatRequest {
        try AnthropicWire.request(from: try JSONValue(parsing: Recording.named(id).request), about: ChatRequestFacts())
    }

    private let weatherSchema = #"""
        {"type":"object","properties":{"latitude":{"type":"string","description":"Latitude (e.g., 52.5200)"},"longitude":{"type":"string",\#
        "description":"Longitude (e.g., 13.4050)"}},"required":["latitude","longitude"],"additionalProperties":false,"strict":true}
        """#

    @Test func `keep thoughts with their signatures in the turn that had them`() throws {
        let request = try read("anthropic-messages-json-01")

        #expect(request.model == "claude-haiku-4-5-20251001")
        #expect(request.sampling.outputTokensMax?.int == 64000)
        #expect(request.reasoning == ChatReasoning(budgetTokens: 1024))
        #expect(request.turns.map(\.role) == [.user, .assistant, .user])
        #expect(request.turns[0].parts == [.text("What is 5 + 3?")])
        guard case .thinking(let thinking) = request.turns[1].parts[0] else { return #expect(Bool(false)) }
        #expect(thinking.text == "This is a simple arithmetic question. 5 + 3 = 8.")
        #expect(thinking.seal?.kind == .signature)
        #expect(thinking.seal?.data.hasPrefix("EqYCCpMBCBAYAipAsqrYOGEq") == true)
        #expect(thinking.seal?.data.count == 400)
        #expect(request.turns[1].parts[1] == .text("5 + 3 = **8**"))
        #expect(request.turns[2].parts == [.text("Now multiply that by 2")])
        #expect(request.extras.isEmpty)
    }

    @Test func `become turns with calls and, apart, with their results`() throws {
        let request = try read("anthropic-messages-json-02")

        #expect(request.turns.map(\.role) == [.user, .assistant, .tool])
        #expect(request.turns[0].parts == [.text("Hey, what's the weather in San Francisco? Also, any news in town?")])
        let call = ChatCall(id: "toolu_016q9vtSd8CY2vnZSpEp1j4o", name: "get_weather", arguments: #"{"location":"San Francisco"}"#)
        #expect(request.turns[1].parts.last == .call(call))
        #expect(request.turns[2].parts == [.result(ChatResult(id: "toolu_016q9vtSd8CY2vnZSpEp1j4o", parts: [.text("Sunny as always!")]))])
        #expect(request.tools.map(\.name) == ["get_weather", "get_news"])
        #expect(request.tools[0].description == "")
        let schema = #"{"properties":{"location":{"type":"string"}},"required":["location"],"type":"object"}"#
        #expect(request.tools[0].parameters == (try anthropicJSON(schema)))
        #expect(request.extras.isEmpty)
    }

    @Test(arguments: ["anthropic-messages-json-03", "anthropic-messages-sse-05"])
    func `have marks for the prompt cache, which are only hints`(_ id: String) throws {
        let request = try read(id)

        #expect(request.system == ["You help generate concise summaries of news articles and blog posts that user sends you."])
        #expect(request.extras == [ChatExtra("messages[0].content[0].cache_control", .hint)])
        guard case .text(let text) = request.turns[0].parts[0] else { return #expect(Bool(false)) }
        #expect(text.hasSuffix("Share your experiences below! 👇"))
        #expect(request.isStreaming == (id == "anthropic-messages-sse-05"))
    }

    @Test(arguments: ["anthropic-messages-json-04", "anthropic-messages-sse-04"])
    func `bring documents with their titles`(_ id: String) throws {
        let request = try read(id)

        guard case .document(let media) = request.turns[0].parts[1], case .text(let text) = media.source else { return #expect(Bool(false)) }
        #expect(media.title == "facts.txt")
        #expect(text.hasPrefix("The Ruby programming language was created by Yukihiro Matsumoto in 1993. "))
        #expect(request.extras == [ChatExtra("messages[0].content[1].citations", .hint)])
    }

    @Test func `say what the answer has to be as the beta of 2025 had it`() throws {
        let request = try read("anthropic-messages-json-05")

        guard case .schema(let schema) = request.output else { return #expect(Bool(false)) }
        #expect(schema.schema["required"] == ["joke", "rating"])
        #expect(schema.name == nil)
        #expect(request.turns[0].parts == [.text("Tell me a joke about OpenTelemetry and rate it from 1 to 10")])
        #expect(request.extras.isEmpty)
    }

    @Test func `say that no tool may be called`() throws {
        let request = try read("anthropic-messages-json-06")

        #expect(request.toolChoice == ChatToolChoice.none)
        #expect(request.tools.map(\.name) == ["weather"])
        #expect(request.tools[0].parameters == (try anthropicJSON(weatherSchema)))
        #expect(request.tools[0].isStrict == nil)
    }

    @Test func `offer a tool without parameters`() throws {
        let request = try read("anthropic-messages-json-07")

        #expect(request.system == ["You must call the dice_roll tool exactly 3 times when asked to roll dice 3 times."])
        let schema = #"{"type":"object","properties":{},"required":[],"additionalProperties":false,"strict":true}"#
        let description = "Rolls a single six-sided die and returns the result"
        #expect(request.tools == [ChatTool(name: "dice_roll", description: description, parameters: try anthropicJSON(schema))])
    }

    @Test func `bring results in blocks`() throws {
        let request = try read("anthropic-messages-sse-01")

        #expect(request.isStreaming)
        let call = ChatCall(
            id: "toolu_01MKSN7NHsBVKr7Jvw5pqCQq", name: "weather", arguments: #"{"latitude":"52.5200","longitude":"13.4050"}"#)
        #expect(request.turns[1].parts == [.call(call)])
        let text = "Current weather at 52.5200, 13.4050: 15°C, Wind: 10 km/h"
        #expect(request.turns[2].parts == [.result(ChatResult(id: "toolu_01MKSN7NHsBVKr7Jvw5pqCQq", parts: [.text(text)]))])
        #expect(request.turns[2].place == "messages[2]")
    }

    @Test func `with tools that Anthropic runs itself cannot go anywhere else`() throws {
        let request = try read("anthropic-messages-sse-06")

        #expect(request.tools.isEmpty)
        #expect(request.extras.map(\.field) == ["tools[0].type"])
        #expect(throws: GatewayError.self) { try anthropicBody(request, policy: .drop) }
    }

    @Test func `for counting need no cap`() throws {
        let request = try read("anthropic-count-tokens-json-01")

        #expect(request.sampling.outputTokensMax == nil)
        #expect(request.reasoning == ChatReasoning(budgetTokens: 2048))
    }

    @Test(arguments: Recording.anthropic)
    func `mean the same when written and read again`(_ recording: Recording) throws {
        var before = try AnthropicWire.request(from: try JSONValue(parsing: recording.request), about: ChatRequestFacts())
        // What only this format has is not written; the test above says what that is.
        before.extras = []
        if recording.id == "anthropic-messages-sse-06" { before.tools = [] }
        var target = ChatTargetFacts(model: before.model, takesBudgets: true)
        target.outputTokensMax = before.sampling.outputTokensMax?.int

        let (body, dropped) = try anthropicBody(before, target: target)
        var after = try AnthropicWire.request(from: body, about: ChatRequestFacts())

        #expect(dropped.isEmpty)
        if before.sampling.outputTokensMax == nil {
            // The one member that Anthropic wants in any case, here above the budget.
            #expect(after.sampling.outputTokensMax == JSONNumber(4096))
            after.sampling.outputTokensMax = nil
        }
        #expect(after == before)
    }

    @Test func `are all there`() {
        #expect(Recording.anthropic.count == 17)
        #expect(Recording.anthropicStreams.count == 7)
        #expect(Recording.anthropicAnswers.count == 7)
    }
}
