import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@Suite("Requests of Gemini clients, looked at once")
struct GeminiRequestTests {
    private func path(_ verb: String = "generateContent") throws -> GeminiPath {
        try #require(GeminiPath(method: "POST", path: "/v1beta/models/fast:\(verb)"))
    }

    private func read(_ body: String, verb: String = "generateContent") throws -> GeminiRequest {
        try GeminiRequest(path: try path(verb), body: Array(body.utf8))
    }

    private func named(_ body: String, _ model: String, verb: String) throws -> String {
        GeminiSupport.text(try read(body, verb: verb).body(Array(body.utf8), naming: model))
    }

    @Test(arguments: Recording.of("gemini"))
    func `are understood as recorded`(_ recording: Recording) throws {
        let path = try #require(GeminiPath(method: "POST", path: recording.path))
        let request = try GeminiRequest(path: path, body: recording.request)

        #expect(path.isStreaming == recording.isStream)
        #expect(path.model?.hasPrefix("gemini-") == true)
        #expect(!request.isBoundToAccount)
        #expect(request.scan != nil)
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"contents":[]} x"#, #"{"contents":[}"#, #"{"contents":[],"contents":[]}"#, #"{"contents":[],"Contents":[]}"#,
        #"{"cachedContent":"a","cached\u0043ontent":"b"}"#, #"{"generateContentRequest":{"model":"a","model":"b"}}"#,
    ])
    func `are refused when two readers could disagree about them`(_ body: String) {
        #expect {
            try read(body, verb: "countTokens")
        } throws: { error in
            guard case GatewayError.malformedBody = error else { return false }
            return true
        }
    }

    @Test func `are refused when a member that the gateway looks at is there in two spellings`() {
        #expect(throws: GatewayError.fieldRefused(field: "cached_content", reason: "it is there twice, in two spellings.")) {
            try read(#"{"cachedContent":"a","cached_content":"b"}"#)
        }
    }

    @Test(arguments: [
        (#"{"cachedContent":"cachedContents/1"}"#, true), (#"{"cached_content":"cachedContents/1"}"#, true), (#"{"cachedContent":null}"#, false),
        ("{}", false),
        (#"{"generateContentRequest":{"cachedContent":"c"}}"#, true), (#"{"generate_content_request":{"contents":[]}}"#, false),
    ])
    func `are bound to an account that keeps what they go on with`(_ body: String, _ isBound: Bool) throws {
        #expect(try read(body, verb: "countTokens").isBoundToAccount == isBound)
    }

    @Test func `without a body are of no concern`() throws {
        let models = try #require(GeminiPath(method: "GET", path: "/v1beta/models"))
        let other = try #require(GeminiPath(method: "POST", path: "/v1beta/files"))

        #expect(try GeminiRequest(path: models, body: []).scan == nil)
        #expect(try GeminiRequest(path: other, body: Array("binary".utf8)).scan == nil)
    }

    @Test func `name the target's model wherever the body names one, and stay as they were elsewhere`() throws {
        #expect(try named(#"{ "contents" : [1.0] }"#, "m", verb: "generateContent") == #"{ "contents" : [1.0] }"#)
        #expect(try named(#"{"model":"models/fast","content":{}}"#, "m", verb: "embedContent") == #"{"model":"models/m","content":{}}"#)
        #expect(
            try named(#"{"generateContentRequest":{"model": "models/fast", "contents":[]}}"#, "models/m", verb: "countTokens")
                == #"{"generateContentRequest":{"model": "models/m", "contents":[]}}"#)
        #expect(
            try named(#"{"requests":[{"model":"models/fast","x":1.0},{"x":2}], "y": 1}"#, "tunedModels/m", verb: "batchEmbedContents")
                == #"{"requests":[{"model":"tunedModels/m","x":1.0},{"x":2,"model":"tunedModels/m"}], "y": 1}"#)
    }

    @Test func `name the target's model in the requests that were recorded`() throws {
        for id in ["gemini-batchembedcontents-json-01", "gemini-counttokens-json-01"] {
            let recording = Recording.named(id)
            let path = try #require(GeminiPath(method: "POST", path: recording.path))
            let request = try GeminiRequest(path: path, body: recording.request)
            let before = try JSONValue(parsing: recording.request)
            let after = try JSONValue(parsing: try request.body(recording.request, naming: "m"))

            #expect(after != before)
            #expect((after["requests"]?[0] ?? after["generateContentRequest"])?["model"] == "models/m")
            #expect(after["requests"]?[0]?["content"] == before["requests"]?[0]?["content"])
            #expect(after["generateContentRequest"]?["contents"] == before["generateContentRequest"]?["contents"])
        }
    }
}
