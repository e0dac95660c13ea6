import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

/// Expectations are read off the recordings by hand.
@Suite("Recorded requests of Gemini clients")
struct GeminiRequestRecordingTests {
    private func request(_ id: String) throws -> ChatRequest { try GeminiSupport.request(of: .named("gemini-" + id)) }

    private static let place: JSONValue = [
        "type": "object",
        "properties": [
            "latitude": ["type": "string", "description": "Latitude (e.g., 52.5200)"],
            "longitude": ["type": "string", "description": "Longitude (e.g., 13.4050)"],
        ],
        "required": ["latitude", "longitude"],
    ]

    @Test func `hold a conversation whose calls have no ids`() throws {
        let request = try request("generatecontent-json-01")

        #expect(request.turns.map(\.role) == [.user, .assistant, .tool, .assistant, .user, .assistant, .tool])
        guard case .call(let first) = request.turns[1].parts[0], case .result(let result) = request.turns[2].parts[0],
            case .call(let second) = request.turns[5].parts[0], case .result(let last) = request.turns[6].parts[0]
        else { throw Wrong() }
        #expect(first.name == "weather")
        #expect(first.arguments == #"{"longitude":"13.4050","latitude":"52.5200"}"#)
        #expect(first.seal?.kind == .thought)
        #expect(first.seal?.data.hasPrefix("CrIEARFNMg+xqz11CPVr") == true)
        #expect(first.seal?.data.utf8.count == 756)
        #expect(second.seal == nil)
        #expect(result.id == first.id)
        #expect(last.id == second.id)
        #expect(first.id != second.id)
        #expect(result.name == "weather")
        #expect(result.text == #"{"name":"weather","content":[{"text":"Current weather at 52.5200, 13.4050: 15°C, Wind: 10 km/h"}]}"#)
        #expect(!result.isError)
        #expect(request.turns[3].parts == [.text("The weather in Berlin is 15°C, with wind at 10 km/h.")])
        #expect(request.tools == [ChatTool(name: "weather", description: "Gets current weather for a location", parameters: Self.place)])
        #expect(request.extras.isEmpty)
    }

    @Test func `name a tool that Google runs`() throws {
        let request = try request("generatecontent-json-02")

        #expect(request.tools.isEmpty)
        #expect(request.extras.map(\.field) == ["tools[0].google_search"])
        guard case .meaning = request.extras[0].weight else { throw Wrong() }
    }

    @Test func `ask for one tool, in lower case`() throws {
        let request = try request("generatecontent-json-03")

        #expect(request.turns == [ChatTurn(.user, [.text("What's the fall of Rome?")])])
        #expect(request.toolChoice == .tool("weather"))
    }

    @Test func `hold files, spelled with underscores`() throws {
        let request = try request("generatecontent-json-04")

        let parts = request.turns[0].parts
        #expect(parts.count == 3)
        #expect(parts[0] == .text("Analyze these files"))
        guard case .image(let image) = parts[1], case .base64("image/png", let pixels) = image.source,
            case .document(let file) = parts[2], case .base64("application/pdf", let pages) = file.source
        else { throw Wrong() }
        #expect(pixels.hasPrefix("iVBORw0KGgoAAAANSUhE"))
        #expect(pixels.utf8.count == 21_256)
        #expect(pages.hasPrefix("JVBERi0xLjMKJcTl8uXr"))
        #expect(request.extras.isEmpty)
    }

    @Test func `ask for an answer by a JSON Schema`() throws {
        let request = try request("generatecontent-json-05")

        let schema: JSONValue = [
            "type": "object", "properties": ["name": ["type": "string"], "age": ["type": "integer"]], "required": ["name", "age"],
            "additionalProperties": false,
        ]
        #expect(request.output == .schema(ChatSchema(schema: schema)))
    }

    @Test func `offer two tools, one without parameters`() throws {
        let request = try request("generatecontent-json-06")

        #expect(request.tools.map(\.name) == ["weather", "best_language_to_learn"])
        #expect(request.tools[0].parameters == Self.place)
        #expect(request.tools[1].parameters == ["type": "object", "properties": .object([:]), "required": []])
    }

    @Test func `hold sound`() throws {
        let request = try request("generatecontent-json-07")

        guard case .audio(let sound) = request.turns[0].parts[1], case .base64("audio/mpeg", let data) = sound.source else { throw Wrong() }
        #expect(data.utf8.count == 92_160)
    }

    @Test func `hold instructions and a call without arguments`() throws {
        let request = try request("streamgeneratecontent-sse-01")

        #expect(request.isStreaming)
        #expect(request.system == ["You must use tools whenever possible."])
        guard case .call(let call) = request.turns[1].parts[0] else { throw Wrong() }
        #expect(call.arguments == "{}")
        #expect(request.turns.map(\.role) == [.user, .assistant, .tool, .assistant, .user])
    }

    @Test func `ask for thoughts and how many`() throws {
        let request = try request("streamgeneratecontent-sse-02")

        #expect(request.reasoning == ChatReasoning(effort: .low, showsThoughts: true))
    }

    @Test(arguments: GeminiSupport.conversations.filter { $0.id != "gemini-generatecontent-json-02" })
    func `keep their meaning when they are written and read again`(_ recording: Recording) throws {
        let once = try GeminiSupport.request(of: recording)

        let (body, dropped) = try GeminiSupport.written(once)
        let twice = try GeminiWire.request(from: body, about: ChatRequestFacts(model: "fast", isStreaming: recording.isStream))

        #expect(twice == once)
        #expect(dropped.isEmpty)
        #expect(try GeminiSupport.written(twice).body == body)
    }

    private struct Wrong: Error {}
}
