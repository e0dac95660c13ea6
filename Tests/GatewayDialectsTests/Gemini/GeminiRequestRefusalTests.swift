import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@Suite("What a Gemini client says that is refused or has no place elsewhere")
struct GeminiRequestRefusalTests {
    private static let call = #"{"role":"model","parts":[{"functionCall":{"name":"f"}}]}"#

    private func extras(_ body: String) throws -> [ChatExtra] { try GeminiSupport.request(body).extras }

    private func members(_ members: String) -> String { #"{"contents":[{"parts":[{"text":"Hi"}]}],\#(members)}"# }

    @Test(arguments: [
        (#"[]"#, "the body"), (#"{}"#, "contents"), (#"{"contents":[]}"#, "contents"), (#"{"contents":"Hi"}"#, "contents"),
        (#"{"contents":["Hi"]}"#, "contents[0]"), (#"{"contents":[{"role":"system","parts":[]}]}"#, "contents[0].role"),
        (#"{"contents":[{"parts":["Hi"]}]}"#, "contents[0].parts[0]"), (#"{"contents":[{"parts":[{"text":1}]}]}"#, "contents[0].parts[0].text"),
        (#"{"contents":[{"parts":[{"text":"a","inline_data":{}}]}]}"#, "contents[0].parts[0].inline_data"),
        (#"{"contents":[{"parts":[{"inlineData":{"data":"aQ=="}}]}]}"#, "contents[0].parts[0].inlineData"),
        (#"{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png"}}]}]}"#, "contents[0].parts[0].inlineData"),
        (#"{"contents":[{"parts":[{"fileData":{"fileUri":""}}]}]}"#, "contents[0].parts[0].fileData.fileUri"),
        (#"{"contents":[{"role":"model","parts":[{"functionCall":{"args":{}}}]}]}"#, "contents[0].parts[0].functionCall"),
        (#"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":"{}"}}]}]}"#, "contents[0].parts[0].functionCall.args"),
        (#"{"contents":[\#(call),{"parts":[{"functionResponse":{"name":"g","response":{}}}]}]}"#, "contents[1].parts[0].functionResponse"),
        (#"{"contents":[\#(call),{"parts":[{"functionResponse":{"name":"f","response":"ok"}}]}]}"#, "contents[1].parts[0].functionResponse.response"),
        (#"{"contents":[{"parts":[{"text":"a"}]}],"generation_config":{"top_p":"1"}}"#, "generation_config.top_p"),
        (#"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"topP":1,"top_p":1}}"#, "generationConfig.top_p"),
        (#"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"stopSequences":[1]}}"#, "generationConfig.stopSequences[0]"),
        (
            #"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOUD"}}}"#,
            "generationConfig.thinkingConfig.thinkingLevel"
        ),
        (
            #"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"thinkingConfig":{"thinkingBudget":-2}}}"#,
            "generationConfig.thinkingConfig.thinkingBudget"
        ),
        (
            #"{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":{"responseSchema":{},"responseJsonSchema":{}}}"#,
            "generationConfig.responseJsonSchema"
        ),
        (#"{"contents":[{"parts":[{"text":"a"}]}],"tools":[{"functionDeclarations":[{"description":"x"}]}]}"#, "tools[0].functionDeclarations[0]"),
        (
            #"{"contents":[{"parts":[{"text":"a"}]}],"toolConfig":{"functionCallingConfig":{"mode":"MAYBE"}}}"#,
            "toolConfig.functionCallingConfig.mode"
        ),
    ])
    func `is named as the client spelled it`(_ body: String, _ field: String) {
        #expect {
            try GeminiSupport.request(body)
        } throws: { error in
            guard case GatewayError.fieldRefused(field, let reason) = error else { return false }
            return reason.hasSuffix(".") && !reason.contains("Hi")
        }
    }

    @Test(arguments: [
        (#""cachedContent":"cachedContents/1""#, "cachedContent"), (#""generationConfig":{"candidateCount":2}"#, "generationConfig.candidateCount"),
        (#""tools":[{"codeExecution":{}}]"#, "tools[0].codeExecution"), (#""tools":[{"url_context":{}}]"#, "tools[0].url_context"),
        (#""generationConfig":{"responseModalities":["TEXT","IMAGE"]}"#, "generationConfig.responseModalities"),
        (#""generationConfig":{"responseMimeType":"text/x.enum"}"#, "generationConfig.responseMimeType"),
    ])
    func `is refused whatever the route allows when the answer would be wrong`(_ member: String, _ field: String) throws {
        let request = try GeminiSupport.request(members(member))

        #expect(request.extras.map(\.field) == [field])
        #expect {
            try GeminiSupport.written(request, policy: .drop)
        } throws: { error in
            guard case GatewayError.fieldRefused(field, _) = error else { return false }
            return true
        }
    }

    @Test(arguments: [
        (#"{"parts":[{"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/a"}}]}"#, "contents[0].parts[0].fileData"),
        (#"{"parts":[{"fileData":{"fileUri":"gs://a/b.png"}}]}"#, "contents[0].parts[0].fileData"),
        (#"{"parts":[{"fileData":{"fileUri":"https://www.youtube.com/watch?v=1"}}]}"#, "contents[0].parts[0].fileData"),
        (#"{"parts":[{"inlineData":{"mimeType":"video/mp4","data":"aQ=="}}]}"#, "contents[0].parts[0].inlineData"),
        (#"{"role":"model","parts":[{"executableCode":{}}]}"#, "contents[0].parts[0]"),
        (#"{"role":"model","parts":[{"toolCall":{}}]}"#, "contents[0].parts[0]"),
        (#"{"parts":[{"functionCall":{"name":"f"}}]}"#, "contents[0].parts[0]"), (#"{"parts":[{"hologram":{}}]}"#, "contents[0].parts[0].hologram"),
    ])
    func `is refused when it is part of the conversation and only Google can read it`(_ content: String, _ field: String) throws {
        let extras = try extras(#"{"contents":[\#(content),{"parts":[{"text":"a"}]}]}"#)

        #expect(extras.map(\.field) == [field])
        guard case .meaning = extras.first?.weight else { return GeminiSupport.wrong() }
    }

    @Test(arguments: [
        (#""labels":{"a":"b"}"#, "labels"), (#""serviceTier":"flex""#, "serviceTier"), (#""store":true"#, "store"),
        (
            #""tools":[{"functionDeclarations":[{"name":"f","response_json_schema":{"type":"string"}}]}]"#,
            "tools[0].functionDeclarations[0].response_json_schema"
        ),
        (
            #""toolConfig":{"functionCallingConfig":{"mode":"AUTO","streamFunctionCallArguments":true}}"#,
            "toolConfig.functionCallingConfig.streamFunctionCallArguments"
        ),
    ])
    func `is left out and named when it does not change the answer`(_ member: String, _ field: String) throws {
        #expect(try extras(members(member)) == [ChatExtra(field, .hint)])
    }

    @Test(arguments: [
        (#""safety_settings":[]"#, "safety_settings"), (#""generationConfig":{"logprobs":3}"#, "generationConfig.logprobs"),
        (#""generationConfig":{"responseLogprobs":true}"#, "generationConfig.responseLogprobs"),
        (#""generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_LOW"}"#, "generationConfig.mediaResolution"), (#""novelty":1"#, "novelty"),
        (#""toolConfig":{"retrievalConfig":{}}"#, "toolConfig.retrievalConfig"),
        (#""toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}"#, "toolConfig.functionCallingConfig.mode"),
        (#""tools":[{"functionDeclarations":[{"name":"f","behavior":"BLOCKING"}]}]"#, "tools[0].functionDeclarations[0].behavior"),
    ])
    func `is refused, or left out where the route allows it, when it tunes the answer`(_ member: String, _ field: String) throws {
        let request = try GeminiSupport.request(members(member))

        #expect(request.extras == [ChatExtra(field, .tuning)])
        #expect(throws: GatewayError.self) { try GeminiSupport.written(request) }
        #expect(try GeminiSupport.written(request, policy: .drop).dropped == [field])
    }

    @Test func `is named part by part`() throws {
        let extras = try extras(
            #"{"contents":[{"parts":[{"text":"a","partMetadata":{}},{"inlineData":{"mimeType":"image/png","data":"aQ=="},"videoMetadata":{}}]}]}"#)

        #expect(extras == [ChatExtra("contents[0].parts[0].partMetadata", .hint), ChatExtra("contents[0].parts[1].videoMetadata", .tuning)])
    }

    @Test(arguments: [
        #""generationConfig":{"candidateCount":1,"responseLogprobs":false,"responseModalities":["TEXT"]}"#, #""toolConfig":{}"#, #""tools":[]"#,
        #""generationConfig":{}"#,
    ])
    func `is not named when it says nothing`(_ member: String) throws {
        #expect(try extras(members(member)).isEmpty)
    }
}
