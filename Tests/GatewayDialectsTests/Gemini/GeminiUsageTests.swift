import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes
import Testing

@Suite("Token counts as Gemini spells them")
struct GeminiUsageTests {
    private func read(_ text: String) -> Usage? { GeminiUsage.read(GeminiSupport.json(text)) }

    @Test func `hold cached input inside the input, and thoughts beside the candidates`() {
        let usage = read(
            #"{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":20,"thoughtsTokenCount":30,"toolUsePromptTokenCount":5,"totalTokenCount":155}"#
        )

        #expect(usage == Usage(input: 105, output: 50, cachedInput: 40, reasoning: 30))
    }

    @Test func `tell sound from the rest`() {
        let usage = read(
            #"{"promptTokenCount":100,"candidatesTokenCount":20,"promptTokensDetails":[{"modality":"TEXT","tokenCount":60},{"modality":"AUDIO","tokenCount":40}],"#
                + #""candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":15}]}"#)

        #expect(usage == Usage(input: 100, output: 20, audioInput: 40, audioOutput: 15))
    }

    @Test(arguments: ["{}", "[]", "null", #"{"serviceTier":"standard"}"#])
    func `are unknown where nothing is counted`(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test(arguments: [
        #"{"promptTokenCount":-5,"candidatesTokenCount":-1}"#, #"{"promptTokenCount":"5"  ,"candidatesTokenCount":1e99}"#,
        #"{"promptTokenCount":9223372036854775807,"toolUsePromptTokenCount":9223372036854775807,"candidatesTokenCount":9223372036854775807}"#,
        #"{"promptTokenCount":5,"cachedContentTokenCount":50,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":70}]}"#,
        #"{"promptTokenCount":5,"candidatesTokenCount":2,"thoughtsTokenCount":9,"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":7}]}"#,
    ])
    func `are never negative, and no part is more than the whole`(_ text: String) throws {
        let usage = try #require(read(text))

        for count in [usage.input, usage.output, usage.cachedInput, usage.reasoning, usage.uncachedInput] { #expect(count >= 0) }
        #expect(usage.cachedInput <= usage.input)
        #expect(usage.audioInput <= usage.input)
        #expect(usage.audioOutput + usage.reasoning <= usage.output)
        #expect(usage.reasoning <= usage.output)
    }

    @Test(arguments: GeminiSupport.conversations.filter { $0.status == 200 })
    func `add up to the total that was recorded, read and written again`(_ recording: Recording) throws {
        let bodies = recording.isStream ? GeminiSupport.events(recording.answer).map { Array($0.data) } : [recording.answer]
        let last = try #require(bodies.last)
        let stated = try #require(try JSONValue(parsing: last)["usageMetadata"])

        let usage = try #require(GeminiUsage.read(stated))
        let written = GeminiUsage.json(usage)

        #expect(usage.input + usage.output == stated["totalTokenCount"]?.int)
        for name in ["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount", "totalTokenCount"] {
            #expect(written[name] == stated[name])
        }
    }

    @Test func `are written so that they add up, whatever they were read from`() {
        let usage = Usage(input: 9, output: 2, cacheWrite: 5, reasoning: 5)

        #expect(
            GeminiUsage.json(usage)
                == GeminiSupport.json(#"{"promptTokenCount":9,"candidatesTokenCount":0,"totalTokenCount":11,"thoughtsTokenCount":2}"#))
    }
}
