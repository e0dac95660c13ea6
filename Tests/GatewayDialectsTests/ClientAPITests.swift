import GatewayCore
import Testing

@testable import GatewayDialects

/// Which API a request is taken for: by method, path and one header.
@Suite("A request's API")
struct ClientAPITests {
    private func api(_ path: String, _ method: String = "POST", _ headers: Set<String> = []) -> String {
        switch ClientAPI(method: method, path: path, has: headers.contains) {
        case .openai(let path): "openai \(path)"
        case .anthropic(let path): "anthropic \(path)"
        case .gemini(let path): "gemini \(path.canonical)"
        case nil: "none"
        }
    }

    @Test(arguments: [
        ("/v1/chat/completions", "openai /v1/chat/completions"), ("/v1/responses", "openai /v1/responses"),
        ("/v1/embeddings", "openai /v1/embeddings"),
        ("/v1/completions", "openai /v1/completions"), ("/v1/audio/speech", "openai /v1/audio/speech"),
        ("/v1/responses/resp_1/cancel", "openai /v1/responses/resp_1/cancel"), ("/v1/anything/new", "openai /v1/anything/new"),
        ("/v1/messages", "anthropic /v1/messages"), ("/v1/messages/count_tokens", "anthropic /v1/messages/count_tokens"),
        ("/v1/messages/batches", "anthropic /v1/messages/batches"),
        ("/v1beta/models/m:generateContent", "gemini /v1beta/models/m:generateContent"),
        ("/v1beta/models/m:streamGenerateContent", "gemini /v1beta/models/m:streamGenerateContent"),
        ("/v1beta/models/m:countTokens", "gemini /v1beta/models/m:countTokens"),
        ("/v1beta/models/m:embedContent", "gemini /v1beta/models/m:embedContent"),
        ("/v1beta/models/m:batchEmbedContents", "gemini /v1beta/models/m:batchEmbedContents"),
        ("/v1beta/cachedContents", "gemini /v1beta/cachedContents"),
        ("/v1/models/m:generateContent", "gemini /v1beta/models/m:generateContent"),
    ])
    func `is that of its path`(path: String, expected: String) { #expect(api(path) == expected) }

    @Test(arguments: [
        ("/chat/completions", "openai /v1/chat/completions"), ("/responses", "openai /v1/responses"), ("/embeddings", "openai /v1/embeddings"),
        ("/completions", "openai /v1/completions"), ("/files/f", "openai /v1/files/f"), ("/messages", "anthropic /v1/messages"),
        ("/messages/count_tokens", "anthropic /v1/messages/count_tokens"), ("/messages/batches/b", "anthropic /v1/messages/batches/b"),
        ("/models/m:generateContent", "gemini /v1beta/models/m:generateContent"), ("/models/m:embedContent", "gemini /v1beta/models/m:embedContent"),
    ])
    func `needs no version in front`(path: String, expected: String) { #expect(api(path) == expected) }

    @Test(arguments: ["/", "", "/v1", "/v2/chat/completions", "/chats", "/cachedContents", "/unknown", "/v1beta", "chat/completions", "*"])
    func `is none for paths of none`(path: String) { #expect(api(path) == "none") }

    @Test(arguments: [
        "/v1/messages/", "/v1/chat/completions/", "/v1beta/models/m:generateContent/",
    ])
    func `does not mind a slash at the end`(path: String) { #expect(api(path) == api(String(path.dropLast()))) }

    @Test(arguments: ["GET", "HEAD"]) func `is the asker's where the paths of lists of models are alike`(method: String) {
        for path in ["/v1/models", "/models"] {
            #expect(api(path, method) == "openai /v1/models")
            #expect(api(path, method, ["anthropic-version"]) == "anthropic /v1/models")
            #expect(api(path, method, ["x-goog-api-key"]) == "gemini /v1beta/models")
            #expect(api(path + "/m", method, ["anthropic-version"]) == "anthropic /v1/models/m")
            #expect(api(path + "/m", method, ["x-goog-api-key"]) == "gemini /v1beta/models/m")
        }
        #expect(api("/v1beta/models", method) == "gemini /v1beta/models")
        #expect(api("/v1beta/models/a/b", method) == "gemini /v1beta/models/a%2Fb")
    }

    @Test func `is not moved by headers where the path tells`() {
        let all: Set = ["anthropic-version", "x-goog-api-key"]

        #expect(api("/v1/chat/completions", "POST", all) == "openai /v1/chat/completions")
        #expect(api("/v1/messages", "POST", all) == "anthropic /v1/messages")
        #expect(api("/v1/files", "GET", all) == "openai /v1/files")
        #expect(api("/v1/models", "POST", all) == "openai /v1/models")
        #expect(api("/v1/fine_tuning/models", "GET", all) == "openai /v1/fine_tuning/models")
    }

    /// What two readers could take for different paths is none, so that no spelling gets past a route or reaches another path at a provider.
    @Test(arguments: [
        "/v1/messages/../chat/completions", "/v1/messages/%2e%2e/chat", "/v1//messages", "//v1/messages", "/v1/./messages", "/v1/messages/..",
        "/v1/messages%2Fcount_tokens", "/v1/messages/..;/x", "/v1beta/models/../files", "/v1beta//models/m:generateContent",
        "/v1beta/models/m/../n:generateContent", "/v1beta/models/%2e%2e:generateContent", "/v1beta/models/..%2f..%2fx:generateContent",
        "/v1beta/models/a%2F..%2Fb:generateContent", "/v1beta/models/..;/m:generateContent", "/v1beta/files/..;/x", "/v1beta/files\\x",
        "/v1/messages\\x", "/v1/messages/.;",
        "/v1beta/models/m%00:generateContent",
        "/v1beta/models/m%zz:generateContent", "/v1beta/models/m%2:generateContent", "/v1beta/files/%2e%2e/x", "/v1/chat/..%2fcompletions",
        "/v1/chat\\completions", "/v1/chat/completions/..", "/v1/%63hat/completions",
    ])
    func `is none for what two readers could read differently`(path: String) {
        for method in ["POST", "GET"] {
            #expect(api(path, method) == "none", "\(method)")
            #expect(api(path, method, ["x-goog-api-key", "anthropic-version"]) == "none", "\(method)")
        }
    }

    @Test(arguments: ["/v1beta/models/:generateContent", "/v1beta/models/%20%0a:generateContent", "/v1beta/models/m:", "/v1beta/:generateContent"])
    func `is none for a conversation with no model`(path: String) {
        #expect(["none", "gemini " + path].contains(api(path)))
        guard case .gemini(let found) = ClientAPI(method: "POST", path: path, has: { _ in false }) else { return }
        #expect(found.operation == .other && found.model == nil)
    }

    @Test func `names a model of Gemini's in one way, whatever the path spells`() throws {
        for path in ["/v1beta/models/a%2Fb:generateContent", "/v1beta/models/a/b:generateContent", "/models/%61/b:generateContent"] {
            guard case .gemini(let found) = ClientAPI(method: "POST", path: path, has: { _ in false }) else { return #expect(Bool(false), "\(path)") }

            #expect(found.model == "a/b")
            #expect(found.canonical == "/v1beta/models/a%2Fb:generateContent")
        }
    }

    @Test func `has a dialect, for errors before anything else is known`() {
        #expect(ClientAPI(method: "POST", path: "/v1/messages", has: { _ in false })?.dialect == .anthropic)
        #expect(ClientAPI(method: "GET", path: "/v1beta/nothing", has: { _ in false })?.dialect == .gemini)
        #expect(ClientAPI(method: "DELETE", path: "/v1/nothing", has: { _ in false })?.dialect == .openai)
    }
}
