import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Anthropic's token counts")
struct AnthropicCountsTests {
    private func usage(_ texts: String...) throws -> Usage? {
        var counts = AnthropicCounts()
        for text in texts { counts.merge(try anthropicJSON(text)) }
        return counts.usage
    }

    @Test func `add up to the whole input`() throws {
        let usage = try usage(
            #"{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":100,"cache_creation_input_tokens":30,"#
                + #""cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},"output_tokens_details":{"thinking_tokens":2}}"#)

        #expect(usage == Usage(input: 140, output: 5, cachedInput: 100, cacheWrite: 20, cacheWriteHour: 10, reasoning: 2))
        #expect(usage?.uncachedInput == 10)
    }

    @Test func `replace earlier ones and are never added, absent ones stay`() throws {
        let usage = try usage(
            #"{"input_tokens":10,"output_tokens":3,"cache_read_input_tokens":7}"#, #"{"output_tokens":50,"cache_read_input_tokens":null}"#,
            #"{"input_tokens":12}"#)

        #expect(usage == Usage(input: 19, output: 50, cachedInput: 7))
    }

    @Test func `grow with what is written to the cache later on`() throws {
        let start =
            #"{"input_tokens":1,"cache_creation_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0}}"#

        #expect(try usage(start, #"{"cache_creation_input_tokens":40,"output_tokens":1}"#) == Usage(input: 41, output: 1, cacheWrite: 40))
    }

    @Test func `are known from the lifetimes alone`() throws {
        let usage = try usage(#"{"input_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":3}}"#)

        #expect(usage == Usage(input: 6, output: 0, cacheWrite: 2, cacheWriteHour: 3))
    }

    @Test(arguments: [
        #"{"input_tokens":-5,"output_tokens":-1}"#, #"{"input_tokens":0,"cache_read_input_tokens":-3,"output_tokens_details":{"thinking_tokens":9}}"#,
        #"{"output_tokens":0,"cache_creation_input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":99}}"#,
    ])
    func `are never negative, and parts never more than the whole`(_ text: String) throws {
        let usage = try #require(try usage(text))

        #expect(usage.input >= 0 && usage.output >= 0 && usage.cachedInput >= 0 && usage.cacheWrite >= 0 && usage.cacheWriteHour >= 0)
        #expect(usage.cachedInput + usage.cacheWrite + usage.cacheWriteHour <= usage.input)
        #expect(usage.reasoning <= usage.output)
    }

    @Test(arguments: ["{}", "null", "[]", #"{"input_tokens":null}"#, #"{"input_tokens":"9"}"#, #"{"service_tier":"standard"}"#])
    func `are none when nothing is counted`(_ text: String) throws {
        #expect(try usage(text) == nil)
    }

    @Test func `do not overflow`() throws {
        let huge = "9223372036854775807"

        #expect(try usage(#"{"input_tokens":\#(huge),"cache_read_input_tokens":\#(huge),"cache_creation_input_tokens":\#(huge)}"#)?.input == 3 << 50)
    }

    @Test func `say the same when written and read`() throws {
        var random = AnthropicRandom(state: 5)
        for _ in 0..<500 {
            let parts = (0..<5).map { _ in random.below(1000) }
            let usage = Usage(
                input: parts[0] + parts[1] + parts[2] + parts[3], output: parts[4] + 3, cachedInput: parts[1], cacheWrite: parts[2],
                cacheWriteHour: parts[3], reasoning: parts[4])
            var counts = AnthropicCounts()
            let written = AnthropicCounts.written(usage)
            counts.merge(.object(written))

            #expect(counts.usage == usage)
            let sum = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"].compactMap { written[$0]?.int }.reduce(0, +)
            #expect(sum == usage.input)
        }
    }
}
