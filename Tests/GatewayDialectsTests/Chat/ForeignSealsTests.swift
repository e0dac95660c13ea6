import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A conversation that another provider has left seals in")
struct ForeignSealsTests {
    private let foreign = ChatSeal(.thought, "GEMINI").envelope
    private let other = ChatSeal(.signature, "CLAUDE").envelope

    private func removed(_ body: String, _ format: ChatFormat) -> String {
        String(decoding: ForeignSeals.removed(from: Array(body.utf8), in: format), as: UTF8.self)
    }

    @Test func `goes to Anthropic without thoughts that it did not sign`() {
        let own = #"{"type":"thinking","thinking":"Hm","signature":"EqQB"}"#
        let text = #"{"type":"text","text":"A"}"#
        let call = #"{"type":"tool_use","id":"a","name":"f","input":{"n":1.50,"big":12345678901234567890}}"#
        let sealed = #"{"type":"thinking","thinking":"","signature":"\#(foreign)"}"#
        let bare = #"{"type":"thinking","thinking":"x","signature":""}"#

        let sent = removed(
            #"{"messages":[{"role":"assistant","content":[\#(bare),\#(own),\#(text),\#(call),\#(sealed)]},{"role":"assistant","content":[\#(sealed)]}]}"#,
            .anthropic)

        #expect(sent == #"{"messages":[{"role":"assistant","content":[\#(own),\#(text),\#(call)]}]}"#)
    }

    @Test func `goes to OpenAI's responses without items of this gateway's that nobody has encrypted`() {
        let ours = #"{"id":"rs_0123456789abcdef_0","type":"reasoning","summary":[{"type":"summary_text","text":"Hm"}]}"#
        let theirs = #"{"id":"rs_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b","type":"reasoning","summary":[]}"#
        let message = #"{"type":"message","role":"user","content":"Hi"}"#

        #expect(removed(#"{"input":[\#(ours),\#(theirs),\#(message)]}"#, .openAIResponses) == #"{"input":[\#(theirs),\#(message)]}"#)
        let untouched = #"{"input": [\#(theirs), \#(message)]}"#
        #expect(removed(untouched, .openAIResponses) == untouched)
    }

    @Test func `goes to Gemini with its own stand-in on calls that others made`() {
        let body = { (signature: String) in
            #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}\#(signature)}]}]}"#
        }
        let marked = body(#","thoughtSignature":"\#(GeminiPart.unsealed)""#)

        let newer = ForeignSeals.removed(from: Array(marked.utf8), in: .gemini, sealsCalls: true)
        #expect(String(decoding: newer, as: UTF8.self) == body(#","thoughtSignature":"skip_thought_signature_validator""#))
        #expect(removed(marked, .gemini) == body(""))
        #expect(removed(body(#","thoughtSignature":"OWN""#), .gemini) == body(#","thoughtSignature":"OWN""#))
        #expect(GeminiPart.unsealed == Base64.encoded("weir1.none..".utf8))
    }

    @Test func `goes to OpenAI's responses without reasoning that it did not encrypt`() {
        let own = #"{"type":"reasoning","summary":[],"encrypted_content":"gAAAA"}"#
        let item = #"{"type":"message","role":"user","content":"Hi"}"#

        let sent = removed(#"{"input":[\#(own),{"type":"reasoning","summary":[],"encrypted_content":"\#(other)"},\#(item)]}"#, .openAIResponses)

        #expect(sent == #"{"input":[\#(own),\#(item)]}"#)
    }

    @Test func `goes to Gemini with its own signatures alone`() {
        let own = #"{"functionCall":{"name":"f","args":{}},"thoughtSignature":"CqwC"}"#
        let parts = [
            #"{"text":"Hm","thought":true,"thoughtSignature":"\#(other)"}"#, #"{"text":"","thoughtSignature":"\#(other)"}"#,
            #"{"text":"A","thought_signature":"\#(other)"}"#, own,
        ]

        let sent = removed(#"{"contents":[{"role":"model","parts":[\#(parts.joined(separator: ","))]}]}"#, .gemini)

        #expect(sent == #"{"contents":[{"role":"model","parts":[{"text":"A"},\#(own)]}]}"#)
    }

    @Test func `goes to OpenAI's chat without envelopes`() {
        let sealed = #""extra_content":{"google":{"thought_signature":"\#(other)"}}"#
        let call = #"{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}"#

        let sent = removed(#"{"messages":[{"role":"assistant","content":null,\#(sealed),"tool_calls":[\#(call),\#(sealed)}]}]}"#, .openAIChat)

        #expect(sent == #"{"messages":[{"role":"assistant","content":null,"tool_calls":[\#(call)}]}]}"#)
    }

    @Test(arguments: [
        #"{ "messages" : [{"role":"assistant","content":[{"type":"thinking","thinking":"","signature": "E" }]}],"n":1.0 }"#,
        #"{"messages":[{"role":"user","content":"\"signature\":\"\" and d2VpcjEu"}]}"#, #"{"contents":[{"parts":[{"thoughtSignature":"Cq"}]}]}"#, "",
        "{",
    ])
    func `stays the same to the byte where nobody else was asked`(_ body: String) {
        for format in ChatFormat.clients { #expect(removed(body, format) == body, "\(format)") }
    }

    @Test func `loses what a client of each format gets when another provider answers, and nothing else`() throws {
        let answers = [
            (ChatFormat.anthropic, ChatSeal(.signature, "s")), (.gemini, ChatSeal(.thought, "t")),
            (.openAIResponses, ChatSeal(.encrypted, "e", id: "rs_1")),
        ]
        for client in [ChatFormat.anthropic, .gemini, .openAIResponses] {
            for (provider, seal) in answers where provider != client {
                let parts: [ChatPart] = [.thinking(ChatThinking(text: "Hm", seal: seal)), .text("Hello")]
                let answer = ChatAnswer(parts: parts, stop: .finished)
                let body = client.wire.body(of: answer, to: ChatAnswerFacts(seed: "0123456789abcdef", created: 1, model: "m"))
                let history = Self.history(of: body, in: client)

                let sent = removed(String(decoding: history.written(), as: UTF8.self), client)

                #expect(!sent.contains("d2VpcjEu") && !sent.contains("Hm"), "\(client) \(provider)")
                #expect(sent.contains("Hello"), "\(client) \(provider)")
            }
        }
    }

    /// A request in which the client brings an answer back.
    private static func history(of answer: JSONValue, in format: ChatFormat) -> JSONValue {
        switch format {
        case .openAIChat: ["messages": [answer["choices"]?[0]?["message"] ?? nil]]
        case .openAIResponses: ["input": answer["output"] ?? nil]
        case .anthropic: ["messages": [["role": "assistant", "content": answer["content"] ?? nil]]]
        case .gemini: ["contents": [answer["candidates"]?[0]?["content"] ?? nil]]
        case .bedrock: preconditionFailure("no client speaks it")
        }
    }
}
