import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A count of tokens that no provider gives")
struct TokenEstimateTests {
    private let worker = FakeWorker()

    private func count(_ path: String, _ body: String) async throws -> (Response, JSONValue) {
        let exchange = try Exchange.asking(path, body, on: worker)
        let response = try await FallbackFilter.sample([.speaking(.openai)]).handle(exchange)
        return (response, try JSONValue(parsing: Array(try await response.read().utf8)))
    }

    private func tokens(_ messages: String, _ more: String = "") async throws -> Int {
        let body = #"{"model":"fast","messages":[\#(messages)]\#(more)}"#
        let answer = try await count("/v1/messages/count_tokens", body).1
        return try #require(answer["input_tokens"]?.int)
    }

    @Test func `is reckoned from the text and said to be so, and asks nobody`() async throws {
        // 70 bytes: 20 tokens, one message, one request.
        let text = String(repeating: "x", count: 70)
        let (response, body) = try await count("/v1/messages/count_tokens", #"{"model":"fast","messages":[{"role":"user","content":"\#(text)"}]}"#)

        #expect(response.status == 200)
        #expect(response.headers.first("x-weir-estimate") == "true")
        #expect(body == ["input_tokens": 27])
        #expect(worker.sent.isEmpty)
    }

    @Test func `is in the words of the client that asks`() async throws {
        let text = String(repeating: "x", count: 70)
        let inside = #"{"contents":[{"role":"user","parts":[{"text":"\#(text)"}]}]}"#

        #expect(try await count("/v1beta/models/fast:countTokens", inside).1 == ["totalTokens": 27])
        #expect(try await count("/v1beta/models/fast:countTokens", #"{"generateContentRequest":\#(inside)}"#).1 == ["totalTokens": 27])
    }

    @Test func `grows with everything that is text: instructions, tools and their results`() async throws {
        let user = #"{"role":"user","content":"Hi"}"#
        let least = try await tokens(user)

        #expect(try await tokens(user, #","system":"\#(String(repeating: "x", count: 35))""#) == least + 10)
        #expect(try await tokens(user, #","tools":[{"name":"look","description":"\#(String(repeating: "x", count: 31))"}]"#) == least + 10)
        let result = #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"ab","content":"\#(String(repeating: "x", count: 35))"}]}"#
        #expect(try await tokens(user + "," + result) == least + 10 + 4)
    }

    @Test func `does not count a picture's bytes as text`() async throws {
        let picture = { (bytes: Int) in
            let source = #"{"type":"base64","media_type":"image/png","data":"\#(String(repeating: "A", count: bytes))"}"#
            return #"{"role":"user","content":[{"type":"image","source":\#(source)}]}"#
        }

        #expect(try await tokens(picture(4)) == (try await tokens(picture(400_000))))
    }

    @Test func `counts text that is called data`() async throws {
        let text = String(repeating: "x", count: 350)
        let call = #"{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{"data":"\#(text)"}}]}"#
        let source = #"{"type":"text","media_type":"text/plain","data":"\#(text)"}"#
        let note = #"{"role":"user","content":[{"type":"document","source":\#(source)}]}"#

        #expect(try await tokens(call) > 100)
        #expect(try await tokens(note) > 100)
    }

    @Test func `is of an answer what its provider says, as long as it is whole`() throws {
        let text = String(repeating: "x", count: 35)
        let exchange = try Exchange.asking("/v1/chat/completions", #"{"model":"fast","messages":[{"role":"user","content":"\#(text)"}]}"#)
        let said = Usage(input: 7, output: 2)
        func usage(_ reported: Usage?, isWhole: Bool, _ bytes: Int) -> Usage? {
            TokenEstimate.usage(reported: reported, isWhole: isWhole, textBytes: bytes, of: exchange)
        }

        #expect(usage(said, isWhole: true, 3500) == said)
        #expect(usage(nil, isWhole: true, 35) == Usage(input: 17, output: 10, isEstimate: true))
        // A provider bills what it has generated, also when nobody has read it.
        #expect(usage(said, isWhole: false, 35) == Usage(input: 7, output: 10, isComplete: false, isEstimate: true))
        #expect(usage(Usage(input: 7, output: 90), isWhole: false, 35) == Usage(input: 7, output: 90, isComplete: false))
        #expect(usage(nil, isWhole: false, 0) == Usage(input: 17, output: 0, isComplete: false, isEstimate: true))
    }

    @Test func `knows pictures, sounds and prompts of tokens by what they are`() throws {
        func input(_ body: String) throws -> Int { TokenReckoning.input(try JSONValue(parsing: Array(body.utf8))) }
        let big = String(repeating: "A", count: 100_000)
        let image = #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(big)"}}]}]}"#
        let sound = #"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"\#(big)","format":"wav"}}]}]}"#
        let file = #"{"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,\#(big)"}}]}]}"#

        #expect(try input(image) == 1000 + 4 + 3)
        #expect(try input(sound) < 20)
        #expect(try input(file) < 20)
        #expect(try input(#"{"model":"m","input":[[1,2,3],[4]]}"#) == 4 + 3)
        #expect(try input(#"{"model":"m","prompt":[1,2,3]}"#) == 3 + 3)
    }

    @Test func `is refused for what is no request`() async throws {
        await #expect(throws: GatewayError.self) { _ = try await count("/v1/messages/count_tokens", #"{"model":"fast","messages":[}"#) }
    }
}
