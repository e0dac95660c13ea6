import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@Suite("Whole answers passed on from Gemini to Gemini")
struct GeminiAnswerTests {
    private func judge(_ text: String, _ operation: GatewayCore.Operation = .generateContent) -> OpenAIAnswer.Verdict {
        GeminiAnswer.judge(Array(text.utf8), operation)
    }

    private func isBroken(_ verdict: OpenAIAnswer.Verdict) -> Bool { if case .broken(let reason) = verdict { reason.hasSuffix(".") } else { false } }

    @Test(
        arguments: [
            ("generatecontent-json-01", GatewayCore.Operation.generateContent, Usage(input: 323, output: 70, reasoning: 49)),
            ("generatecontent-json-02", .generateContent, Usage(input: 568, output: 1332, cachedInput: 217, reasoning: 1027, webSearches: 3)),
            ("batchembedcontents-json-01", .batchEmbedContents, Usage(input: 261, output: 0)), ("counttokens-json-01", .countTokens, nil),
        ] as [(String, GatewayCore.Operation, Usage?)])
    func `are answers as recorded, with their counts`(_ id: String, _ operation: GatewayCore.Operation, _ usage: Usage?) {
        #expect(GeminiAnswer.judge(Recording.named("gemini-" + id).answer, operation) == .answer(usage))
    }

    @Test(arguments: [
        #"{"promptFeedback":{"blockReason":"SAFETY"}}"#, #"{"candidates":[{"content":{},"finishReason":"MAX_TOKENS"}]}"#,
        #"{"candidates":[],"promptFeedback":{}}"#,
    ])
    func `may hold nothing`(_ text: String) {
        #expect(judge(text) == .answer(nil))
    }

    @Test(
        arguments: [
            (#"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#, 503), (#"[{"error":{"code":429,"message":"m","status":"S"}}]"#, 429),
            (#"{"error":{"message":"m"}}"#, nil),
        ] as [(String, Int?)])
    func `are errors that came with status 200`(_ text: String, _ status: Int?) {
        #expect(judge(text) == .error(status: status))
        #expect(judge(text, .embedContent) == .error(status: status))
    }

    @Test(arguments: [
        ("", GatewayCore.Operation.generateContent), ("{", .generateContent), ("[]", .generateContent), ("{}", .generateContent),
        (#"{"candidates":{}}"#, .generateContent), (#"{"candidates":[]}"#, .generateContent),
        (#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#, .generateContent), (#"{"embeddings":[]}"#, .embedContent),
        (#"{"embedding":{}}"#, .batchEmbedContents), (#"{"totalTokens":"8"}"#, .countTokens), ("{}", .models),
    ])
    func `are none when what makes them one is missing`(_ text: String, _ operation: GatewayCore.Operation) {
        #expect(isBroken(judge(text, operation)))
    }

    @Test(arguments: [
        (#"{"embedding":{"values":[0.1]}}"#, GatewayCore.Operation.embedContent), (#"{"embeddings":[]}"#, .batchEmbedContents),
        (#"{"totalTokens":8}"#, .countTokens),
        (#"{"models":[]}"#, .models),
    ])
    func `are known by one member`(_ text: String, _ operation: GatewayCore.Operation) {
        #expect(judge(text, operation) == .answer(nil))
    }
}

@Suite("Models listed for Gemini clients")
struct GeminiModelsTests {
    @Test func `have names that can be asked for and say what for`() throws {
        let list = try JSONValue(parsing: GeminiModels.list(["fast", "a/\"b\""]))
        let one = try JSONValue(parsing: GeminiModels.one("fast"))

        #expect(
            one == [
                "name": "models/fast", "displayName": "fast",
                "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens", "embedContent"],
            ])
        #expect(list["models"]?[0] == one)
        #expect(list["models"]?[1]?["name"]?.string == "models/a/\"b\"")
        #expect(GeminiSupport.text(GeminiModels.list([])) == #"{"models":[]}"#)
    }
}
