import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes
import Testing

/// What other providers have sealed goes through a Gemini client, which knows signatures of one kind only.
@Suite("Other providers' seals in a Gemini client's conversation")
struct GeminiSealTests {
    static let thoughts: [ChatThinking] = [
        ChatThinking(text: "Let me see.", seal: ChatSeal(.signature, "EqQBCgIYAhIM+/=")),
        ChatThinking(text: "", seal: ChatSeal(.redacted, "EmwKAhgB")),
        ChatThinking(text: "**Plan**", seal: ChatSeal(.encrypted, "gAAAAAB.x", id: "rs_68a")),
        ChatThinking(text: "", seal: ChatSeal(.encrypted, "gA", id: "rs_1")),
        ChatThinking(text: "hm", seal: ChatSeal(.thought, "CrUC")),
    ]

    private func parts(of contents: [JSONValue]) throws -> [ChatPart] {
        let body: JSONValue = ["contents": .array(contents)]
        return try GeminiWire.request(from: body, about: ChatRequestFacts(model: "fast")).turns[0].parts
    }

    @Test(arguments: thoughts)
    func `come back from a whole answer`(_ thinking: ChatThinking) throws {
        let said: [ChatPart] = [.thinking(thinking), .text("A"), .call(ChatCall(id: "c", name: "f", arguments: "{}"))]
        let answer = GeminiWire.body(of: ChatAnswer(parts: said, stop: .calls), to: GeminiSupport.facts)

        #expect(try parts(of: [try #require(answer["candidates"]?[0]?["content"])]) == said)
    }

    @Test(arguments: thoughts)
    func `come back from a stream whose pieces the client keeps as they came`(_ thinking: ChatThinking) throws {
        var events: [ChatEvent] = [.start(id: nil, model: nil, usage: nil), .begin(.thinking)]
        events += thinking.text.split(separator: " ", omittingEmptySubsequences: false).enumerated().compactMap {
            $1.isEmpty ? nil : .delta(($0 == 0 ? "" : " ") + $1)
        }
        events += thinking.seal.map { [.seal($0)] } ?? []
        events += [
            .end, .begin(.text), .delta("A"), .delta("B"), .end, .begin(.call(id: "c", name: "f")), .delta("{}"), .end, .stop(.calls), .finish,
        ]

        let contents = GeminiSupport.events(GeminiSupport.written(events)).compactMap { try? JSONValue(parsing: Array($0.data)) }
            .compactMap { $0["candidates"]?[0]?["content"] }

        #expect(try parts(of: contents) == [.thinking(thinking), .text("AB"), .call(ChatCall(id: "c", name: "f", arguments: "{}"))])
    }

    @Test func `come back in the alphabet that Google's client writes bytes in`() throws {
        let seal = ChatSeal(.signature, "»?»?")
        #expect(seal.envelope.contains(where: { "+/".contains($0) }))
        let spelled = seal.envelope.replacing("+", with: "-").replacing("/", with: "_")

        let parts = try parts(of: [["role": "model", "parts": [["text": "", "thought": true, "thoughtSignature": .string(spelled)]]]])

        #expect(parts == [.thinking(ChatThinking(text: "", seal: seal))])
    }

    @Test func `never reach a Gemini provider`() throws {
        let said = Self.thoughts.map { ChatPart.thinking($0) } + [.text("A")]
        let answer = GeminiWire.body(of: ChatAnswer(parts: said, stop: .finished), to: GeminiSupport.facts)
        let body: JSONValue = ["contents": [try #require(answer["candidates"]?[0]?["content"])]]
        let request = try GeminiWire.request(from: body, about: ChatRequestFacts(model: "fast"))

        let written = try GeminiSupport.written(request).body

        #expect(
            written["contents"]?[0]?["parts"] == [["text": "hm", "thought": true, "thoughtSignature": "CrUC"], ["text": "A"]])
    }

    @Test func `of redacted thoughts do not close thoughts that were never sealed`() throws {
        let redacted = ChatSeal(.redacted, "cmVk")
        let parts = try parts(of: [
            ["role": "model", "parts": [["text": "open", "thought": true]]],
            ["role": "model", "parts": [["text": "", "thought": true, "thoughtSignature": .string(redacted.envelope)]]],
        ])

        #expect(parts == [.thinking(ChatThinking(text: "open")), .thinking(ChatThinking(text: "", seal: redacted))])
    }

    @Test func `on a call are put before it, since only Gemini seals calls`() throws {
        let seal = ChatSeal(.signature, "c2ln")
        let call: JSONValue = ["functionCall": ["id": "c", "name": "f"], "thoughtSignature": .string(seal.envelope)]

        #expect(
            try parts(of: [["role": "model", "parts": [call]]]) == [
                .thinking(ChatThinking(text: "", seal: seal)), .call(ChatCall(id: "c", name: "f", arguments: "{}")),
            ])
    }
}
