import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A request to a provider of another format")
struct TranslatedRequestTests {
    private let clients = ChatFormat.clients

    private func edits(_ edits: [JSONEdit], lossy: ChatLosses.Policy = .refuse, system: SystemPrompt = SystemPrompt()) throws -> RequestTransform {
        RequestTransform(body: try BodyTransform(edits: edits, system: system), lossy: lossy)
    }

    @Test(arguments: [false, true]) func `goes to the path of that format, by POST and without a query`(streaming: Bool) throws {
        let targets: [(Target, String)] = [
            (try .speaking(.openai, formats: [.openAIChat]), "/chat/completions"),
            (try .speaking(.openai, formats: [.openAIResponses]), "/responses"),
            (try .speaking(.anthropic), "/messages"),
            (try .speaking(.gemini), "/models/target-model:" + (streaming ? "streamGenerateContent?alt=sse" : "generateContent")),
        ]
        for client in clients {
            for (target, path) in targets {
                let request = try RequestTransform().request(for: .greeting(from: client, streaming: streaming), to: target)

                #expect(request.path == path, "\(client) to \(path)")
                #expect(request.method == "POST")
            }
        }
    }

    @Test func `names the target's model, or the client's where the file names none`() throws {
        #expect(try RequestTransform().request(for: .greeting(from: .gemini), to: .speaking(.anthropic)).json["model"] == "target-model")
        #expect(try RequestTransform().request(for: .greeting(from: .gemini), to: .speaking(.anthropic, model: nil)).json["model"] == "fast")
        let path = try RequestTransform().request(for: .greeting(from: .anthropic), to: .speaking(.gemini, model: "a b/c")).path
        #expect(path == "/models/a%20b%2Fc:generateContent")
    }

    @Test func `asks for a stream where the client did, and for its token counts`() throws {
        for client in clients where client != .openAIChat {
            let exchange = try Exchange.greeting(from: client, streaming: true)
            let sent = try RequestTransform().request(for: exchange, to: .speaking(.openai, formats: [.openAIChat])).json

            #expect(sent["stream"] == true)
            #expect(sent["stream_options"]?["include_usage"] == true)
        }
        #expect(try RequestTransform().request(for: .greeting(from: .gemini, streaming: true), to: .speaking(.anthropic)).json["stream"] == true)
        #expect(try RequestTransform().request(for: .greeting(from: .gemini), to: .speaking(.anthropic)).json["stream"] == nil)
    }

    @Test func `has the most tokens of the client's, else the target's, else the default`() throws {
        let exchange = try Exchange.greeting(from: .openAIChat)

        #expect(try RequestTransform().request(for: exchange, to: .speaking(.anthropic)).json["max_tokens"] == 4096)
        #expect(try RequestTransform().request(for: exchange, to: .speaking(.anthropic, outputTokensMax: 9)).json["max_tokens"] == 9)
        let asked = try Exchange.asking("/v1/chat/completions", #"{"model":"fast","max_tokens":7,"messages":[{"role":"user","content":"Hi"}]}"#)
        #expect(try RequestTransform().request(for: asked, to: .speaking(.anthropic, outputTokensMax: 9)).json["max_tokens"] == 7)
        var quirks = ChatQuirks()
        quirks.outputCap = "max_tokens"
        let old = Target(provider: .speaking(.openai, formats: [.openAIChat], quirks: quirks), model: "m", state: TargetState())
        #expect(try RequestTransform().request(for: .greeting(from: .anthropic), to: old).json["max_tokens"] == 100)
    }

    @Test func `says how much to think as the target takes it`() throws {
        let messages = #""messages":[{"role":"user","content":"Hi"}]"#
        let exchange = try Exchange.asking("/v1/chat/completions", #"{"model":"fast","reasoning_effort":"low",\#(messages)}"#)

        let word = try RequestTransform().request(for: exchange, to: .speaking(.anthropic)).json
        let budget = try RequestTransform().request(for: exchange, to: .speaking(.anthropic, takesBudgets: true)).json
        let own = try RequestTransform().request(for: exchange, to: .speaking(.anthropic, takesBudgets: true, budgets: [.low: 2000])).json

        #expect(word["output_config"]?["effort"] == "low")
        #expect(budget["thinking"]?["budget_tokens"] == 1024)
        #expect(own["thinking"]?["budget_tokens"] == 2000)
    }

    // MARK: - Edits

    @Test func `is edited as the file says after it is translated, by the provider's names`() throws {
        let transform = try edits([
            .set(try JSONPointer("/generationConfig/temperature"), value: Array("0.2".utf8)),
            .default(try JSONPointer("/generationConfig/topK"), value: Array("5".utf8)),
            .clamp(try JSONPointer("/generationConfig/maxOutputTokens"), min: nil, max: JSONNumber("50")),
            .remove(try JSONPointer("systemInstruction")),
        ])

        let sent = try transform.request(for: .greeting(from: .anthropic), to: .speaking(.gemini)).json

        #expect(sent["generationConfig"] == ["maxOutputTokens": 50, "temperature": 0.2, "topK": 5])
        #expect(sent["systemInstruction"] == nil)
        #expect(sent["max_tokens"] == nil)
    }

    @Test func `is refused where an edit does not fit what the provider gets`() throws {
        let transform = try edits([.clamp(try JSONPointer("messages"), min: nil, max: JSONNumber("5"))])

        #expect { try transform.request(for: .greeting(from: .openAIChat), to: .speaking(.anthropic)) } throws: { error in
            if case GatewayError.malformedBody(let reason) = error { reason.contains("messages") } else { false }
        }
    }

    @Test func `leaves out what the target's model refuses, whoever set it`() throws {
        let transform = try edits([.set(try JSONPointer("temperature"), value: Array("0.2".utf8))])
        let target = try Target.speaking(.anthropic, drops: ["temperature", "/system"])

        #expect(try transform.request(for: .greeting(from: .openAIChat), to: target).json["temperature"] == nil)
        #expect(try transform.request(for: .greeting(from: .openAIChat), to: target).json["system"] == nil)
        let same = try transform.request(for: .greeting(from: .anthropic), to: target).text
        #expect(same == #"{"model":"target-model","max_tokens":100,"messages":[{"role":"user","content":"Hi"}]}"#)
    }

    @Test func `has the route's instructions around the client's`() throws {
        let transform = try edits([], system: SystemPrompt(prepend: "First.", append: "Last."))
        let all = ["First.", "Be kind.", "Last."]
        for client in clients {
            let chat = try transform.request(for: .greeting(from: client), to: .speaking(.openai, formats: [.openAIChat])).json
            let responses = try transform.request(for: .greeting(from: client), to: .speaking(.openai, formats: [.openAIResponses])).json
            let anthropic = try transform.request(for: .greeting(from: client), to: .speaking(.anthropic)).json
            let gemini = try transform.request(for: .greeting(from: client), to: .speaking(.gemini)).json
            let isTranslated = { client != $0 }

            if isTranslated(.openAIChat) { #expect(chat["messages"]?[0]?["content"]?.array?.compactMap { $0["text"]?.string } == all, "\(client)") }
            if isTranslated(.openAIResponses) {
                let items = responses["input"]?.array?.dropLast().compactMap { $0["content"]?[0]?["text"]?.string } ?? []
                #expect([responses["instructions"]?.string ?? ""] + items == all, "\(client)")
            }
            if isTranslated(.anthropic) { #expect(anthropic["system"]?.array?.compactMap { $0["text"]?.string } == all, "\(client)") }
            if isTranslated(.gemini) { #expect(gemini["systemInstruction"]?["parts"]?.array?.compactMap { $0["text"]?.string } == all, "\(client)") }
        }
    }

    @Test func `has the route's instructions where the client gives none`() throws {
        let transform = try edits([], system: SystemPrompt(append: "Last."))
        let exchange = try Exchange.asking("/v1/chat/completions", #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]}"#)

        #expect(try transform.request(for: exchange, to: .speaking(.anthropic)).json["system"] == "Last.")
    }

    // MARK: - Losses

    private let seeded = #"{"model":"fast","seed":1,"logit_bias":{"5":1},"user":"u","messages":[{"role":"user","content":"Hi"}]}"#

    @Test func `is refused by the client's name for what the provider does not have`() throws {
        let exchange = try Exchange.asking("/v1/chat/completions", seeded)

        #expect { try RequestTransform().request(for: exchange, to: .speaking(.anthropic)) } throws: { error in
            if case GatewayError.fieldRefused(let field, _) = error { field == "logit_bias" } else { false }
        }
        #expect(exchange.responseHeaders.isEmpty)
    }

    @Test func `names in the answer's head what it left out, where the route allows it`() throws {
        let exchange = try Exchange.asking("/v1/chat/completions", seeded)

        let sent = try RequestTransform(lossy: .drop).request(for: exchange, to: .speaking(.anthropic)).json

        #expect(sent["seed"] == nil && sent["logit_bias"] == nil)
        #expect(exchange.responseHeaders == [HeaderField("x-weir-dropped", "logit_bias, seed")])
    }

    @Test func `is refused whatever the route allows where the answer would be wrong`() throws {
        let exchange = try Exchange.asking("/v1/chat/completions", #"{"model":"fast","n":2,"messages":[{"role":"user","content":"Hi"}]}"#)

        #expect { try RequestTransform(lossy: .drop).request(for: exchange, to: .speaking(.anthropic)) } throws: { error in
            if case GatewayError.fieldRefused(let field, _) = error { field == "n" } else { false }
        }
    }

    @Test func `takes back what an earlier attempt left out`() throws {
        let exchange = try Exchange.asking("/v1/chat/completions", seeded)
        exchange.responseHeaders = [HeaderField("x-ratelimit-limit-requests", "5")]
        let transform = RequestTransform(lossy: .drop)

        _ = try transform.request(for: exchange, to: .speaking(.anthropic))
        _ = try transform.request(for: exchange, to: .speaking(.gemini))
        #expect(exchange.responseHeaders.filter { $0.name == "x-weir-dropped" }.map(\.value) == ["logit_bias, user"])
        _ = try transform.request(for: exchange, to: .speaking(.openai))

        #expect(exchange.responseHeaders == [HeaderField("x-ratelimit-limit-requests", "5")])
    }

    @Test func `never lets a field's name become another header or a list of its own`() throws {
        let name = #"a\r\nset-cookie: b, c"#
        let exchange = try Exchange.asking("/v1/chat/completions", #"{"model":"fast","\#(name)":1,"messages":[{"role":"user","content":"Hi"}]}"#)

        _ = try RequestTransform(lossy: .drop).request(for: exchange, to: .speaking(.anthropic))

        #expect(exchange.responseHeaders == [HeaderField("x-weir-dropped", "a__set-cookie:_b__c")])
    }
}
