import GatewayCore
import Testing

@testable import GatewayDialects

@Suite("Token counts of the OpenAI dialect")
struct OpenAIUsageTests {
    private func read(_ text: String) -> Usage? { OpenAIUsage.read(Array(text.utf8), at: 0..<text.utf8.count) }

    @Test func `tell apart what was cached, written to the cache, heard and said`() {
        let chat =
            #"{"prompt_tokens":100,"completion_tokens":40,"total_tokens":140,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":20,"#
            + #""audio_tokens":10,"text_tokens":90,"image_tokens":0},"completion_tokens_details":{"reasoning_tokens":15,"audio_tokens":5}}"#
        let responses =
            #"{"input_tokens":100,"input_tokens_details":{"cached_tokens":30,"cache_write_tokens":20},"output_tokens":40,"#
            + #""output_tokens_details":{"reasoning_tokens":15},"total_tokens":140}"#

        #expect(
            read(chat)
                == Usage(input: 100, output: 40, cachedInput: 30, cacheWrite: 20, audioInput: 10, reasoning: 15, audioOutput: 5))
        #expect(read(responses) == Usage(input: 100, output: 40, cachedInput: 30, cacheWrite: 20, reasoning: 15))
    }

    @Test(arguments: [
        // Recorded at Gemini's endpoint for OpenAI clients (wire.md, section 5.5).
        (#"{"prompt_tokens":66,"completion_tokens":6,"total_tokens":100}"#, Usage(input: 66, output: 34, reasoning: 28)),
        (
            #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}"#,
            Usage(input: 10, output: 25, reasoning: 20)
        ),
        (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}"#, Usage(input: 10, output: 5)),
        (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":3}"#, Usage(input: 10, output: 5)),
        (#"{"prompt_tokens":8,"total_tokens":9}"#, Usage(input: 8, output: 0)),
    ])
    func `find the thoughts that are counted in the total only`(_ text: String, _ usage: Usage) {
        #expect(read(text) == usage)
    }

    @Test(arguments: [
        (
            #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":9,"cache_write_tokens":4}}"#,
            Usage(input: 5, output: 1, cachedInput: 5)
        ),
        (
            #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":4}}"#,
            Usage(input: 5, output: 1, cachedInput: 3, cacheWrite: 2)
        ),
        (
            #"{"prompt_tokens":5,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":9,"audio_tokens":-4}}"#,
            Usage(input: 5, output: 1, reasoning: 1)
        ),
        (
            #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"audio_tokens":6.5},"completion_tokens_details":[]}"#,
            Usage(input: 5, output: 1)
        ),
    ])
    func `never count a part higher than its whole, nor below nothing`(_ text: String, _ usage: Usage) {
        #expect(read(text) == usage)
    }

    @Test func `are too large for no sum`() throws {
        let usage = try #require(
            read(#"{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807,"total_tokens":9223372036854775807}"#))

        #expect(usage.input + usage.output > 0)
    }
}
