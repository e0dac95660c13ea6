import GatewayCore
import GatewayDialects
import Testing

@Suite("Paths of the Gemini API")
struct GeminiPathTests {
    private func parsed(_ path: String, method: String = "POST") -> GeminiPath? { GeminiPath(method: method, path: path) }

    @Test(arguments: [
        ("generateContent", GatewayCore.Operation.generateContent, false), ("streamGenerateContent", .generateContent, true),
        ("countTokens", .countTokens, false), ("embedContent", .embedContent, false), ("batchEmbedContents", .batchEmbedContents, false),
    ])
    func `say what is asked for, of which model, with any version in front or none`(
        _ verb: String, _ operation: GatewayCore.Operation, _ isStreaming: Bool
    ) throws {
        for prefix in ["/v1beta", "/v1", ""] {
            let path = try #require(parsed("\(prefix)/models/gemini-2.5-flash:\(verb)"))

            #expect(path.operation == operation)
            #expect(path.model == "gemini-2.5-flash")
            #expect(path.isStreaming == isStreaming)
            #expect(path.canonical == "/v1beta/models/gemini-2.5-flash:\(verb)")
        }
    }

    @Test(arguments: [
        ("a%2Fb", "a/b", "a%2Fb"), ("a/b", "a/b", "a%2Fb"), ("ft:x:y", "ft:x:y", "ft:x:y"), ("a%3Ab", "a:b", "a:b"), ("%C3%A9", "é", "%C3%A9"),
        ("a%20b", "a b", "a%20b"), ("m%3F", "m?", "m%3F"),
    ])
    func `name a model in any encoding, and in one after that`(_ spelled: String, _ model: String, _ encoded: String) throws {
        let path = try #require(parsed("/v1beta/models/\(spelled):generateContent"))

        #expect(path.model == model)
        #expect(path.canonical == "/v1beta/models/\(encoded):generateContent")
        #expect(parsed(path.canonical) == path)
    }

    @Test(arguments: ["GET", "HEAD"])
    func `list models, or one of them`(_ method: String) throws {
        let list = try #require(parsed("/v1beta/models", method: method))
        let one = try #require(parsed("/v1beta/models/gemini-2.5-flash", method: method))

        #expect(list.operation == .models)
        #expect(list.model == nil)
        #expect(one.operation == .models)
        #expect(one.model == "gemini-2.5-flash")
        #expect(parsed("/v1beta/models/", method: method) == list)
    }

    @Test(arguments: ["/v1/models", "/models"])
    func `list models where OpenAI's path is the same, for a client that is known by its key's header`(_ path: String) {
        #expect(GeminiPath(method: "GET", path: path, speaksGemini: true)?.canonical == "/v1beta/models")
        #expect(GeminiPath(method: "GET", path: path + "/m", speaksGemini: true)?.model == "m")
        #expect(GeminiPath(method: "POST", path: path, speaksGemini: true) == nil)
        #expect(GeminiPath(method: "GET", path: path) == nil)
    }

    @Test(arguments: [
        "/v1beta/cachedContents", "/v1beta/files/a", "/v1beta/models/m:predict", "/v1beta/models/m", "/v1beta/interactions",
        "/v1beta/openai/chat/completions",
    ])
    func `may ask for something that the gateway does not know`(_ text: String) {
        #expect(parsed(text)?.operation == .other)
        #expect(parsed(text)?.canonical == text)
        #expect(parsed(text)?.model == nil)
    }

    @Test(arguments: [
        "/", "", "*", "/v1beta", "/v1", "/models", "/v1/models", "/v1/models/m", "/models/m", "/v1/models/m:predict", "/v1/chat/completions",
        "/v1beta/models/..:generateContent", "/v1beta/../v1beta/models/m:generateContent", "/v1beta//models/m:generateContent",
        "/v1beta/models/%2e%2e:generateContent", "/v1beta/models/%2E:generateContent", "/v1beta/models/a%2F..%2Fb:generateContent",
        "/v1beta/models/a%2F%2Fb:generateContent", "/v1beta/models/m%00:generateContent", "/v1beta/models/%0d%0a:generateContent",
        "/v1beta/models/%ff:generateContent", "/v1beta/models/%zz:generateContent", "/v1beta/models/:generateContent",
        "/v1beta/models/./m:generateContent",
        "/v1beta/models/m%3AgenerateContent", "v1beta/models/m:generateContent", "/v1beta/files/%61",
    ])
    func `are not what two readers could take for different things, nor another API's`(_ text: String) {
        #expect(parsed(text) == nil)
    }

    @Test func `name no model that is longer than any`() {
        let name = String(repeating: "m", count: 257)

        #expect(parsed("/v1/models/\(name):generateContent") == nil)
        #expect(parsed("/v1/models/\(name.dropLast()):generateContent") != nil)
    }

    @Test(
        arguments: [
            (nil, false), ("", false), ("alt=sse", true), ("key=x&alt=sse", true), ("$alt=sse", true), ("alt=json", false), ("malt=sse", false),
            ("alt=ssee", false),
        ] as [(String?, Bool)])
    func `stream events only where the query says so`(_ query: String?, _ wants: Bool) {
        #expect(GeminiPath.wantsEvents(query: query) == wants)
    }

    @Test(arguments: [
        ("gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent"), ("models/gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent"),
        ("tunedModels/mine", "/tunedModels/mine:generateContent"), ("a/../b?c#d", "/models/a%2F..%2Fb%3Fc%23d:generateContent"),
        ("é\r\n", "/models/%C3%A9%0D%0A:generateContent"),
    ])
    func `ask a provider for the target's model and nothing else`(_ model: String, _ target: String) {
        #expect(GeminiPath.target(model: model, operation: .generateContent, isStreaming: false) == target)
    }

    @Test func `ask a provider for events whenever there is a stream`() {
        #expect(GeminiPath.target(model: "m", operation: .generateContent, isStreaming: true) == "/models/m:streamGenerateContent?alt=sse")
        #expect(GeminiPath.target(model: "m", operation: .countTokens, isStreaming: false) == "/models/m:countTokens")
        #expect(GeminiPath.target(model: "m", operation: .embedContent, isStreaming: false) == "/models/m:embedContent")
        #expect(GeminiPath.target(model: "m", operation: .batchEmbedContents, isStreaming: false) == "/models/m:batchEmbedContents")
    }
}
