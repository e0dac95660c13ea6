import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Embeddings between OpenAI and Gemini")
struct GeminiEmbeddingsTests {
    private func fromOpenAI(_ text: String, policy: ChatLosses.Policy = .refuse) throws -> (JSONValue, GeminiEmbeddings.Facts, [String]) {
        var losses = ChatLosses(policy: policy, target: .gemini)
        let (body, facts) = try GeminiEmbeddings.body(fromOpenAI: GeminiSupport.json(text), model: "gemini-embedding-2", losses: &losses)
        return (body, facts, losses.dropped)
    }

    private func fromGemini(
        _ text: String, _ operation: GatewayCore.Operation, policy: ChatLosses.Policy = .refuse
    ) throws -> (JSONValue, GeminiEmbeddings.Facts, [String]) {
        var losses = ChatLosses(policy: policy, target: .openAIChat)
        let (body, facts) = try GeminiEmbeddings.body(
            fromGemini: GeminiSupport.json(text), operation: operation, model: "text-embedding-3-small", losses: &losses)
        return (body, facts, losses.dropped)
    }

    private func isRefused(_ field: String, _ run: () throws -> Void) -> Bool {
        do { try run() } catch GatewayError.fieldRefused(field, _) { return true } catch {}
        return false
    }

    @Test func `ask Gemini for one text or several`() throws {
        let (one, oneFacts, _) = try fromOpenAI(#"{"model":"fast","input":"Hi"}"#)
        let (two, twoFacts, dropped) = try fromOpenAI(
            #"{"model":"fast","input":["Hi","Hé"],"dimensions":256,"encoding_format":"base64","user":"u"}"#)

        #expect(one == GeminiSupport.json(#"{"requests":[{"model":"models/gemini-embedding-2","content":{"parts":[{"text":"Hi"}]}}]}"#))
        #expect(
            two
                == GeminiSupport.json(
                    #"{"requests":[{"model":"models/gemini-embedding-2","content":{"parts":[{"text":"Hi"}]},"outputDimensionality":256},"#
                        + #"{"model":"models/gemini-embedding-2","content":{"parts":[{"text":"Hé"}]},"outputDimensionality":256}]}"#))
        #expect(oneFacts == GeminiEmbeddings.Facts(count: 1, textBytes: 2))
        #expect(twoFacts == GeminiEmbeddings.Facts(count: 2, textBytes: 5, isBase64: true))
        #expect(dropped == ["user"])
    }

    @Test(arguments: [
        (#"{"input":[1,2]}"#, "input"), (#"{"input":[[1],[2]]}"#, "input"), (#"{"input":[]}"#, "input"), (#"{"input":""}"#, "input"),
        (#"{}"#, "input"),
        (#"{"input":null}"#, "input"), (#"{"input":["a",null]}"#, "input"), (#"{"input":{"a":1}}"#, "input"),
        (#"{"input":"a","dimensions":0}"#, "dimensions"),
        (#"{"input":"a","dimensions":"256"}"#, "dimensions"), (#"{"input":"a","encoding_format":"hex"}"#, "encoding_format"), (#"[]"#, "the body"),
    ])
    func `refuse what Gemini cannot be asked`(_ text: String, _ field: String) {
        #expect(isRefused(field) { _ = try fromOpenAI(text) })
    }

    @Test func `do not lose a member in silence`() throws {
        #expect(isRefused("novelty") { _ = try fromOpenAI(#"{"input":"a","novelty":1}"#) })
        #expect(try fromOpenAI(#"{"input":"a","novelty":1}"#, policy: .drop).2 == ["novelty"])
        #expect(isRefused("taskType") { _ = try fromGemini(#"{"content":{"parts":[{"text":"a"}]},"taskType":"X"}"#, .embedContent) })
        #expect(
            try fromGemini(#"{"requests":[{"content":{"parts":[{"text":"a"}]},"title":"T"}]}"#, .batchEmbedContents, policy: .drop).2 == [
                "requests[0].title"
            ])
    }

    @Test func `give OpenAI's clients numbers as Gemini spelled them`() throws {
        let gemini = GeminiSupport.json(#"{"embeddings":[{"values":[0.1,-2e-5]},{"values":[1.0,0]}],"usageMetadata":{"promptTokenCount":7}}"#)

        let (body, usage) = try GeminiEmbeddings.answer(fromGemini: gemini, model: "fast", facts: GeminiEmbeddings.Facts(count: 2, textBytes: 9))

        #expect(
            body
                == GeminiSupport.json(
                    #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,-2e-5]},{"object":"embedding","index":1,"embedding":[1.0,0]}],"#
                        + #""model":"fast","usage":{"prompt_tokens":7,"total_tokens":7}}"#))
        #expect(usage == Usage(input: 7, output: 0))
    }

    @Test func `give OpenAI's clients base64 when they ask for it`() throws {
        let facts = GeminiEmbeddings.Facts(count: 1, textBytes: 9, isBase64: true)
        let (body, _) = try GeminiEmbeddings.answer(
            fromGemini: GeminiSupport.json(#"{"embedding":{"values":[1.0,-0.5,3.1415927]}}"#), model: "fast", facts: facts)

        // 0000803f 000000bf db0f4940: little-endian numbers of 32 bits.
        #expect(body["data"]?[0]?["embedding"]?.string == "AACAPwAAAL/bD0lA")
    }

    @Test func `give the embedding that was recorded`() throws {
        let answer = try JSONValue(parsing: Recording.named("gemini-batchembedcontents-json-01").answer)
        let facts = GeminiEmbeddings.Facts(count: 1, textBytes: 13)

        let (body, usage) = try GeminiEmbeddings.answer(fromGemini: answer, model: "fast", facts: facts)

        #expect(body["data"]?[0]?["embedding"] == answer["embeddings"]?[0]?["values"])
        #expect(body["data"]?[0]?["embedding"]?.array?.count == 768)
        #expect(usage == Usage(input: 261, output: 0))
    }

    @Test func `reckon tokens where nobody counted them, and say so`() throws {
        let facts = GeminiEmbeddings.Facts(count: 1, textBytes: 8)

        let (body, usage) = try GeminiEmbeddings.answer(fromGemini: GeminiSupport.json(#"{"embedding":{"values":[1]}}"#), model: "fast", facts: facts)

        #expect(usage == Usage(input: 3, output: 0, isEstimate: true))
        #expect(body["usage"] == ["prompt_tokens": 3, "total_tokens": 3])
    }

    @Test(arguments: [
        "{}", #"{"embeddings":[]}"#, #"{"embeddings":[{"values":[1]},{"values":[1]}]}"#, #"{"embeddings":[{"values":["1"]}]}"#,
        #"{"embeddings":[{}]}"#,
    ])
    func `are none when Gemini gives another number of them, or no numbers`(_ text: String) {
        #expect(throws: ChatFault.self) {
            try GeminiEmbeddings.answer(fromGemini: GeminiSupport.json(text), model: "fast", facts: GeminiEmbeddings.Facts(count: 1, textBytes: 1))
        }
    }

    @Test func `ask OpenAI for one text or several`() throws {
        let (one, oneFacts, _) = try fromGemini(
            #"{"model":"models/fast","content":{"parts":[{"text":"a"},{"text":"b"}],"role":"user"}}"#, .embedContent)
        let (two, twoFacts, _) = try fromGemini(
            #"{"requests":[{"model":"models/fast","content":{"parts":{"text":"a"}},"output_dimensionality":64},{"content":{"parts":[{"text":"b"}]},"outputDimensionality":64}]}"#,
            .batchEmbedContents)

        #expect(one == ["model": "text-embedding-3-small", "input": "a\nb", "encoding_format": "float"])
        #expect(two == ["model": "text-embedding-3-small", "input": ["a", "b"], "dimensions": 64, "encoding_format": "float"])
        #expect(oneFacts == GeminiEmbeddings.Facts(count: 1, textBytes: 3, isSingle: true))
        #expect(twoFacts == GeminiEmbeddings.Facts(count: 2, textBytes: 2))
    }

    @Test(arguments: [
        ("{}", GatewayCore.Operation.embedContent, "content"), (#"{"content":{"parts":[]}}"#, .embedContent, "content"),
        ("{}", .batchEmbedContents, "requests"),
        (#"{"requests":[]}"#, .batchEmbedContents, "requests"), (#"{"requests":[{}]}"#, .batchEmbedContents, "requests[0].content"),
        (#"{"content":{"parts":[{"inlineData":{}}]}}"#, .embedContent, "content.parts[0]"),
        (
            #"{"requests":[{"content":{"parts":[{"text":"a"}]},"outputDimensionality":1},{"content":{"parts":[{"text":"a"}]}}]}"#,
            .batchEmbedContents, "requests"
        ),
    ])
    func `refuse what OpenAI cannot be asked`(_ text: String, _ operation: GatewayCore.Operation, _ field: String) {
        #expect(isRefused(field) { _ = try fromGemini(text, operation, policy: .drop) })
    }

    @Test func `refuse a picture, as recorded`() throws {
        let recording = Recording.named("gemini-batchembedcontents-json-01")

        #expect(isRefused("requests[0].content.parts[1]") { _ = try fromGemini(GeminiSupport.text(recording.request), .batchEmbedContents) })
    }

    @Test func `give Gemini's clients what OpenAI answers, in the order that was asked for`() throws {
        let answer = GeminiSupport.json(
            #"{"data":[{"index":1,"embedding":[2.0]},{"index":0,"embedding":"AACAPw=="}],"usage":{"prompt_tokens":5,"total_tokens":5}}"#)

        let (body, usage) = try GeminiEmbeddings.answer(fromOpenAI: answer, facts: GeminiEmbeddings.Facts(count: 2, textBytes: 2))

        #expect(
            body
                == GeminiSupport.json(
                    #"{"embeddings":[{"values":[1.0]},{"values":[2.0]}],"usageMetadata":{"promptTokenCount":5,"totalTokenCount":5}}"#))
        #expect(usage == Usage(input: 5, output: 0))
    }

    @Test func `give Gemini's clients the one embedding they asked for, as recorded`() throws {
        let answer = try JSONValue(parsing: Recording.named("openai-embeddings-json-02").answer)
        let facts = GeminiEmbeddings.Facts(count: 1, textBytes: 20, isSingle: true)

        let (body, usage) = try GeminiEmbeddings.answer(fromOpenAI: answer, facts: facts)

        let values = try #require(body["embedding"]?["values"]?.array)
        #expect(values.allSatisfy { $0.number != nil })
        #expect(!values.isEmpty)
        #expect(usage.input == answer["usage"]?["prompt_tokens"]?.int)
        #expect(!usage.isEstimate)
    }

    @Test(arguments: [
        "{}", #"{"data":[]}"#, #"{"data":[{"index":1,"embedding":[1]}]}"#, #"{"data":[{"index":0,"embedding":"A"}]}"#,
        #"{"data":[{"index":0,"embedding":"AADAfw=="}]}"#,
        #"{"data":[{"index":0}]}"#,
    ])
    func `are none when OpenAI's cannot be read`(_ text: String) {
        #expect(throws: ChatFault.self) {
            try GeminiEmbeddings.answer(fromOpenAI: GeminiSupport.json(text), facts: GeminiEmbeddings.Facts(count: 1, textBytes: 1))
        }
    }

    @Test func `survive base64 and back`() throws {
        let values = (0..<100).compactMap { JSONValue(Double(Float($0) * 0.37 - 11)) }

        let numbers = try #require(EmbeddingVector.numbers(.string(EmbeddingVector.base64(values))))

        #expect(numbers.map { Float($0.double ?? 0) } == values.map { Float($0.double ?? 0) })
    }
}
