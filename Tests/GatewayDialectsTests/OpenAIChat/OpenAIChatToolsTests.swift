import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Tools of OpenAI chat completions")
struct OpenAIChatToolsTests {
    private static let tools =
        #""tools":[{"type":"function","function":{"name":"f","description":"","parameters":{"type":"object"},"strict":true}},"#
        + #"{"type":"function","function":{"name":"g"}}]"#
    private static let choices: [(String, ChatToolChoice)] = [
        (#""auto""#, .auto), (#""none""#, .none), (#""required""#, .any), (#"{"type":"function","function":{"name":"f"}}"#, .tool("f")),
        (
            #"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}}"#,
            .allowed(["f"], isRequired: false)
        ),
        (
            #"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}},"#
                + #"{"type":"function","function":{"name":"g"}}]}}"#,
            .allowed(["f", "g"], isRequired: true)
        ),
    ]

    @Test func `are read with all that they say`() throws {
        let request = try ChatCompletions.request(with: Self.tools + #","parallel_tool_calls":false"#)

        #expect(
            request.tools == [ChatTool(name: "f", description: "", parameters: ["type": "object"], isStrict: true), ChatTool(name: "g")])
        #expect(request.callsOneAtATime)
        #expect(request.extras.isEmpty)
    }

    @Test(arguments: choices)
    func `are chosen among, and written as they were read`(_ json: String, _ choice: ChatToolChoice) throws {
        let request = try ChatCompletions.request(with: Self.tools + #","tool_choice":\#(json)"#)

        #expect(request.toolChoice == choice)
        #expect(try ChatCompletions.written(request).body["tool_choice"] == JSONValue(parsing: Array(json.utf8)))
    }

    @Test func `are written with all that they say`() throws {
        let request = try ChatCompletions.request(with: Self.tools + #","parallel_tool_calls":false"#)

        let body = try ChatCompletions.written(request).body

        #expect(body["tools"] == (try JSONValue(parsing: Array("{\(Self.tools)}".utf8)))["tools"])
        #expect(body["parallel_tool_calls"] == false)
    }

    @Test(arguments: [ChatToolChoice.auto, .none])
    func `are not chosen among where there are none`(_ choice: ChatToolChoice) throws {
        var request = ChatCompletions.sample()
        request.toolChoice = choice
        request.callsOneAtATime = true

        let body = try ChatCompletions.written(request).body

        #expect(body.object?.names == ["model", "messages"])
    }

    @Test(arguments: [
        (#"{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral"}}"#, ChatExtra("tools[0].cache_control", .hint)),
        (#"{"type":"function","function":{"name":"f","new":1}}"#, ChatExtra("tools[0].function.new", .tuning)),
        (#"{"type":"function","function":{"name":"f"},"new":1}"#, ChatExtra("tools[0].new", .tuning)),
    ])
    func `may say more than other formats can`(_ tool: String, _ extra: ChatExtra) throws {
        #expect(try ChatCompletions.request(with: #""tools":[\#(tool)]"#).extras == [extra])
    }
}
