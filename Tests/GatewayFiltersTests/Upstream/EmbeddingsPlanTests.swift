import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("Embeddings at a provider of another dialect")
struct EmbeddingsPlanTests {
    private let worker = FakeWorker()

    private func ask(
        _ path: String, _ body: String, of dialect: Dialect, answer: String = "{}", transform: RequestTransform = RequestTransform()
    ) async throws -> (sent: UpstreamRequest, answer: JSONValue, exchange: Exchange) {
        worker.provider = { _, _ in FakeAnswer(body: answer) }
        let exchange = try Exchange.asking(path, body, on: worker)
        let response = try await FallbackFilter.sample([.speaking(dialect)], transform: transform).handle(exchange)
        return (try #require(worker.sent.last), try JSONValue(parsing: Array(try await response.read().utf8)), exchange)
    }

    private let vectors = #"{"embeddings":[{"values":[0.5,-1]},{"values":[0.25,2]}]}"#
    private let list =
        #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]},{"object":"embedding","index":1,"embedding":[0.25,2]}],"#
        + #""model":"text-embedding-3-small","usage":{"prompt_tokens":4,"total_tokens":4}}"#

    @Test func `are asked for in one go from Gemini, for a client of OpenAI's`() async throws {
        let body = #"{"model":"fast","input":["one","two"],"dimensions":2}"#

        let (sent, answer, exchange) = try await ask("/v1/embeddings", body, of: .gemini, answer: vectors)

        #expect(sent.path == "/models/target-model:batchEmbedContents")
        #expect(sent.method == "POST")
        #expect(
            sent.json["requests"]?[1] == [
                "model": "models/target-model", "content": ["parts": [["text": "two"]]], "outputDimensionality": 2,
            ])
        #expect(answer["data"]?[1] == ["object": "embedding", "index": 1, "embedding": [0.25, 2]])
        #expect(answer["model"] == "fast")
        #expect(answer["usage"] == ["prompt_tokens": 2, "total_tokens": 2])
        #expect(exchange.record.usage == Usage(input: 2, output: 0, isEstimate: true))
    }

    @Test func `are bytes for the SDK that asks for bytes`() async throws {
        let body = #"{"model":"fast","input":["one","two"],"encoding_format":"base64"}"#

        let (_, answer, _) = try await ask("/v1/embeddings", body, of: .gemini, answer: vectors)

        // 0.5 and -1 as little-endian floats of 32 bits: 0000003F 000080BF.
        #expect(answer["data"]?[0]?["embedding"] == "AAAAPwAAgL8=")
    }

    @Test func `are asked for from OpenAI, for a client of Gemini's`() async throws {
        let several =
            #"{"requests":[{"model":"models/fast","content":{"parts":[{"text":"one"}]}},{"model":"models/fast","content":{"parts":[{"text":"two"}]}}]}"#

        let (sent, answer, exchange) = try await ask("/v1beta/models/fast:batchEmbedContents", several, of: .openai, answer: list)

        #expect(sent.path == "/embeddings")
        #expect(sent.json["model"] == "target-model")
        #expect(sent.json["input"] == ["one", "two"])
        #expect(answer["embeddings"] == [["values": [0.5, -1]], ["values": [0.25, 2]]])
        #expect(exchange.record.usage == Usage(input: 4, output: 0))
    }

    @Test func `are one for Gemini's clients that ask for one`() async throws {
        let one = #"{"content":{"parts":[{"text":"one"}]}}"#
        let answered = #"{"data":[{"object":"embedding","index":0,"embedding":[0.5,-1]}],"usage":{"prompt_tokens":1,"total_tokens":1}}"#

        let (_, answer, _) = try await ask("/v1beta/models/fast:embedContent", one, of: .openai, answer: answered)

        #expect(answer["embedding"] == ["values": [0.5, -1]])
    }

    @Test func `are edited as the file says, by the provider's names`() async throws {
        let edit = JSONEdit.set(try JSONPointer("dimensions"), value: Array("3".utf8))
        let transform = RequestTransform(body: try BodyTransform(edits: [edit]))

        let body = #"{"requests":[{"content":{"parts":[{"text":"one"}]}},{"content":{"parts":[{"text":"two"}]}}]}"#

        let (sent, _, _) = try await ask("/v1beta/models/fast:batchEmbedContents", body, of: .openai, answer: list, transform: transform)

        #expect(sent.json["dimensions"] == 3)
    }

    @Test(arguments: [
        (#"{"model":"fast","input":[1,2]}"#, "input"), (#"{"model":"fast","input":[[1],[2]]}"#, "input"), (#"{"model":"fast"}"#, "input"),
        (#"{"model":"fast","input":"x","truncate":true}"#, "truncate"),
    ])
    func `are refused by the client's name for what cannot be carried`(body: String, field: String) async throws {
        await #expect {
            _ = try await ask("/v1/embeddings", body, of: .gemini)
        } throws: { error in
            if case GatewayError.fieldRefused(let name, _) = error { name == field } else { false }
        }
        #expect(worker.sent.isEmpty)
    }

    @Test func `name what was left out where the route allows it`() async throws {
        let body = #"{"model":"fast","input":["one","two"],"truncate":true,"user":"u"}"#

        let (_, _, exchange) = try await ask("/v1/embeddings", body, of: .gemini, answer: vectors, transform: RequestTransform(lossy: .drop))

        #expect(exchange.responseHeaders == [HeaderField("x-weir-dropped", "truncate, user")])
    }

    @Test(arguments: ["{}", #"{"embeddings":[{"values":[1]}]}"#, #"{"embeddings":[{"values":[1]},{"values":["a"]}]}"#, "<html>"])
    func `are broken where the answer does not fit the question`(_ answer: String) async throws {
        await #expect {
            _ = try await ask("/v1/embeddings", #"{"model":"fast","input":["one","two"]}"#, of: .gemini, answer: answer)
        } throws: { error in
            if case GatewayError.upstreamBroken("gemini", _) = error { true } else { false }
        }
    }
}
