import GatewayCore
import Testing

@testable import GatewayDialects

@Suite("Paths of the OpenAI API")
struct OpenAIPathTests {
    @Test(arguments: [
        ("/v1/chat/completions", "/v1/chat/completions"), ("/chat/completions", "/v1/chat/completions"), ("/v1/models/", "/v1/models"),
        ("/models/a%2Fb", "/v1/models/a%2Fb"), ("/v1/something/new", "/v1/something/new"), ("/files/file-1/content", "/v1/files/file-1/content"),
    ])
    func `mean the same with and without v1`(_ path: String, _ versioned: String) {
        #expect(OpenAIPath.versioned(path, method: "GET") == versioned)
    }

    @Test(arguments: [
        "/", "/v1", "/health", "/v1beta/models", "*", "", "/v1/../admin", "/v1/files/..", "/v1//chat/completions", "/v1/files/./x",
        "/v1/ch%61t/completions", "/v1/chat/..;/files", "/v1/.;x/files", "/..;a=b/v1/files", "/v1/chat\\..\\files", "/v1/files/a%2Fb",
        "/v1/models/..",
    ])
    func `are not what two readers could take for different things`(_ path: String) {
        #expect(OpenAIPath.versioned(path, method: "GET") == nil)
        #expect(OpenAIPath.versioned(path, method: "POST") == nil)
    }

    @Test(arguments: ["/v1/models/..%2Ffiles%2Ffile-1", "/models/%2e%2e/files", "/v1/models/%252e", "/v1/models/a%zz", "/v1/models/org%2Ffast"])
    func `are encoded only where no provider sees them`(_ path: String) {
        for method in ["DELETE", "POST", "PUT", "PATCH", "OPTIONS", "get"] { #expect(OpenAIPath.versioned(path, method: method) == nil) }
        for method in ["GET", "HEAD"] {
            let versioned = OpenAIPath.versioned(path, method: method)
            #expect(versioned.map { OpenAIPath.operation(method: method, path: $0) } == .models)
        }
    }

    @Test(arguments: [
        ("POST", "/v1/chat/completions", GatewayCore.Operation.chatCompletions), ("GET", "/v1/chat/completions", .other),
        ("POST", "/v1/completions", .completions), ("POST", "/v1/embeddings", .embeddings), ("POST", "/v1/responses", .responses),
        ("GET", "/v1/models", .models), ("GET", "/v1/models/a/b", .models), ("HEAD", "/v1/models", .models),
        ("HEAD", "/v1/models/a", .models), ("GET", "/v1/models/%zz", .models), ("GET", "/v1/modelsx", .other), ("DELETE", "/v1/models/a", .other),
        ("POST", "/v1/audio/speech", .other), ("GET", "/v1/responses/resp_1", .other),
    ])
    func `say what is asked for`(_ method: String, _ path: String, _ operation: GatewayCore.Operation) {
        #expect(OpenAIPath.operation(method: method, path: path) == operation)
    }

    @Test func `name a model, slashes and escapes included`() {
        #expect(OpenAIPath.modelID("/v1/models/meta%2Fllama") == "meta/llama")
        #expect(OpenAIPath.modelID("/v1/models/meta/llama") == "meta/llama")
        #expect(OpenAIPath.modelID("/v1/models/%zz") == nil)
        #expect(OpenAIPath.modelID("/v1/models") == nil)
    }

    @Test func `are appended to a provider's URL without their version`() {
        #expect(OpenAIPath.belowVersion("/v1/chat/completions") == "/chat/completions")
    }
}
