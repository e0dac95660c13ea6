import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The head of a request to a provider")
struct HeaderTransformTests {
    private let credentials = [
        ("authorization", "Bearer client-key"), ("x-api-key", "client-key"), ("api-key", "client-key"), ("x-goog-api-key", "client-key"),
        ("cookie", "s=client-key"), ("proxy-authorization", "Basic client-key"),
    ]

    private func fields(
        _ transform: HeaderTransform = HeaderTransform(), _ headers: [(String, String)] = [], provider: Provider = .sample(key: "provider-key"),
        path: String = "/v1/chat/completions"
    ) throws -> [HeaderField] {
        transform.fields(for: try .read(path: path, headers: headers), to: provider)
    }

    @Test func `has the provider's key and never the client's`() throws {
        let fields = try fields(HeaderTransform(pass: credentials.map(\.0)), credentials)

        #expect(fields.first("authorization") == "Bearer provider-key")
        #expect(!fields.contains { $0.value.contains("client-key") })
    }

    @Test func `is short: nothing that the provider does not need`() throws {
        let noise = [("user-agent", "OpenAI/Python"), ("accept", "application/json"), ("x-stainless-lang", "python"), ("accept-encoding", "gzip")]

        let names = try fields(HeaderTransform(), noise).map(\.name)

        #expect(names == ["content-type", "authorization", "user-agent", "traceparent"])
    }

    @Test func `goes on with the client's trace`() throws {
        let exchange = try Exchange.read()

        #expect(HeaderTransform().fields(for: exchange, to: .sample()).first("traceparent") == exchange.trace.header)
    }

    @Test(arguments: [["x-hop"], ["X-Hop, close"], ["keep-alive, x-hop"], ["keep-alive", "x-hop"], ["close", "x-hop"]])
    func `leaves out what the client says is for its connection alone`(_ connection: [String]) throws {
        let client = connection.map { ("connection", $0) } + [("x-hop", "here"), ("x-team", "shop")]

        let fields = try fields(HeaderTransform(pass: ["x-team", "x-hop"]), client)

        #expect(fields.first("x-hop") == nil)
        #expect(fields.first("x-team") == "shop")
    }

    @Test func `passes on what the dialect and the route name`() throws {
        let client = [("openai-beta", "a"), ("openai-beta", "b"), ("idempotency-key", "k"), ("x-team", "shop"), ("x-other", "no")]

        let fields = try fields(HeaderTransform(pass: ["x-team"]), client)

        #expect(fields.first("openai-beta") == "a, b")
        #expect(fields.first("idempotency-key") == "k")
        #expect(fields.first("x-team") == "shop")
        #expect(fields.first("x-other") == nil)
    }

    @Test func `has the file's own fields, each once`() throws {
        let provider = Provider.sample(key: "provider-key", headers: [HeaderField("openai-organization", "org"), HeaderField("user-agent", "shop")])
        let transform = HeaderTransform(set: [HeaderField("openai-organization", "other")], remove: ["traceparent"])

        let fields = try fields(transform, [("openai-organization", "client")], provider: provider)

        #expect(fields.filter { $0.name == "openai-organization" }.map(\.value) == ["other"])
        #expect(fields.first("user-agent") == "shop")
        #expect(fields.first("traceparent") == nil)
    }

    @Test func `says of a body that the gateway has not read what the client says of it`() throws {
        let fields = try fields(HeaderTransform(), [("accept", "audio/mpeg")], path: "/v1/audio/speech")

        #expect(fields.first("content-type") == "application/json")
        #expect(fields.first("accept") == "audio/mpeg")
    }
}

@Suite("A request to a provider")
struct RequestTransformTests {
    @Test func `has the method, and the path behind the version without its query`() throws {
        let exchange = try Exchange.read("", method: "GET", path: "/v1/files/file-1")

        let request = try RequestTransform().request(for: exchange, to: .sample())

        #expect(request.method == "GET")
        #expect(request.path == "/files/file-1")
        #expect(request.body.isEmpty)
    }
}
