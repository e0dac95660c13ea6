import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A conversation written for Anthropic")
struct AnthropicConversationTests {
    private func request(_ turns: [ChatTurn], format: ChatFormat = .openAIChat) -> ChatRequest {
        var request = ChatRequest(format: format, model: "m")
        request.turns = turns
        return request
    }

    private func messages(_ turns: [ChatTurn]) throws -> JSONValue? { try anthropicBody(request(turns)).body["messages"] }

    private func refusedField(_ turns: [ChatTurn], format: ChatFormat = .openAIChat) -> String? {
        do {
            _ = try anthropicBody(request(turns, format: format), policy: .drop)
            return nil
        } catch GatewayError.fieldRefused(let field, _) {
            return field
        } catch {
            return "\(error)"
        }
    }

    private func user(_ text: String, at place: String = "") -> ChatTurn { ChatTurn(.user, [.text(text)], place: place) }

    private func calls(_ ids: String..., arguments: String = "{}") -> ChatTurn {
        ChatTurn(.assistant, ids.map { .call(ChatCall(id: $0, name: "f", arguments: arguments)) }, place: "messages[1]")
    }

    private func result(_ id: String, _ text: String = "ok") -> ChatTurn {
        ChatTurn(.tool, [.result(ChatResult(id: id, parts: [.text(text)], place: "messages[2]"))])
    }

    @Test func `has results first in one message, whatever came between`() throws {
        let messages = try messages([user("Go"), calls("a", "b"), result("a"), user("Hurry"), result("b")])

        let expected = #"""
            [{"role":"user","content":[{"type":"text","text":"Go"}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"ok"}]},
            {"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"ok"}]},{"type":"text","text":"Hurry"}]}]
            """#
        #expect(messages == (try anthropicJSON(expected)))
    }

    @Test func `has neighbours of the same role in one message`() throws {
        let messages = try messages([
            user("A"), user("B"), ChatTurn(.assistant, [.text("C")]), ChatTurn(.assistant, [.text("")]), ChatTurn(.assistant, [.refusal("D")]),
            user("E"),
        ])

        let texts = messages?.array?.map { $0["content"]?.array?.compactMap { $0["text"]?.string } ?? [] }
        #expect(texts == [["A", "B"], ["C", "D"], ["E"]])
        #expect(messages?.array?.map { $0["role"] } == ["user", "assistant", "user"])
    }

    @Test func `has no blocks of nothing but white space`() throws {
        let messages = try messages([
            ChatTurn(.user, [.text(" \n\t"), .text("A")]), calls("a"), result("a", "\n"), ChatTurn(.assistant, [.text("\u{2003}")]), user("B"),
        ])

        #expect(messages?[0]?["content"]?.array?.count == 1)
        #expect(messages?[2]?["content"] == (try anthropicJSON(#"[{"type":"tool_result","tool_use_id":"a"},{"type":"text","text":"B"}]"#)))
        #expect(messages?.array?.count == 3)
    }

    @Test func `has instructions in the middle where they stood, and those at the beginning in front`() throws {
        let (body, _) = try anthropicBody(
            request([ChatTurn(.system, [.text("A")]), user("B"), ChatTurn(.system, [.text("C")]), user("D")]))

        #expect(body["system"] == "A")
        #expect(body["messages"]?.array?.map { $0["role"] } == ["user", "system", "user"])
        #expect(body["messages"]?[1]?["content"] == [["type": "text", "text": "C"]])
    }

    @Test func `has only thoughts that Anthropic sealed`() throws {
        let parts: [ChatPart] = [
            .thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "sig"))), .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "r"))),
            .thinking(ChatThinking(text: "x", seal: ChatSeal(.encrypted, "e"))), .thinking(ChatThinking(text: "y")), .text("A"),
        ]
        let (body, dropped) = try anthropicBody(request([user("Hi"), ChatTurn(.assistant, parts, place: "messages[1]"), user("Go")]))

        let expected =
            #"[{"type":"thinking","thinking":"Hm","signature":"sig"},{"type":"redacted_thinking","data":"r"},{"type":"text","text":"A"}]"#
        #expect(body["messages"]?[1]?["content"] == (try anthropicJSON(expected)))
        #expect(dropped == ["messages[1].thinking"])
    }

    @Test func `has thoughts that were put back behind text in front of it`() throws {
        let thoughts = ChatPart.thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "s")))
        let call = ChatPart.call(ChatCall(id: "a", name: "f", arguments: "{}"))
        let messages = try messages([user("Go"), ChatTurn(.assistant, [.text("A"), thoughts, call]), result("a")])

        #expect(messages?[1]?["content"]?.array?.map { $0["type"] } == ["thinking", "text", "tool_use"])
    }

    @Test func `has no thoughts where thinking is off`() throws {
        let thoughts = ChatPart.thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "s")))
        let turns = [user("Go"), ChatTurn(.assistant, [thoughts, .text("A")], place: "messages[1]"), user("B")]
        var off = request(turns)
        off.reasoning = ChatReasoning(effort: ChatReasoning.Effort.none)

        let (new, dropped) = try anthropicBody(off)
        let (old, _) = try anthropicBody(request(turns), target: ChatTargetFacts(model: "m", takesBudgets: true))

        #expect(new["messages"]?[1]?["content"]?.array?.count == 1)
        #expect(dropped == ["messages[1].thinking"])
        #expect(old["messages"]?[1]?["content"]?.array?.count == 1)
    }

    @Test func `has ids in letters that Anthropic takes, the same for call and result`() throws {
        let odd = "call|1.2/é"
        let messages = try messages([user("Go"), calls(odd, "call_9-Z"), result(odd), result("call_9-Z")])

        let uses = messages?[1]?["content"]?.array?.compactMap { $0["id"]?.string } ?? []
        let results = messages?[2]?["content"]?.array?.compactMap { $0["tool_use_id"]?.string } ?? []
        #expect(uses == results)
        #expect(uses[1] == "call_9-Z")
        #expect(uses[0].wholeMatch(of: /[a-zA-Z0-9_-]+/) != nil)
        #expect(AnthropicToolIDs.id("call|1.2/e") != uses[0])
        #expect(AnthropicToolIDs.id("") != "")
    }

    @Test func `has arguments as objects, numbers as they are spelled`() throws {
        let messages = try messages([user("Go"), calls("a", arguments: #"{"x": 12345678901234567890, "y": 1.50}"#), result("a")])

        #expect(messages?[1]?["content"]?[0]?["input"]?.written() == Array(#"{"x":12345678901234567890,"y":1.50}"#.utf8))
        #expect(try self.messages([user("Go"), calls("a", arguments: " "), result("a")])?[1]?["content"]?[0]?["input"] == [:])
    }

    @Test(arguments: ["[1]", "\"x\"", "{\"a\":", "{} {}"])
    func `cannot have arguments that are no object`(_ arguments: String) {
        #expect(refusedField([user("Go"), calls("a", arguments: arguments), result("a")]) == "messages[1]")
    }

    @Test func `has failed results marked`() throws {
        let failed = ChatTurn(.tool, [.result(ChatResult(id: "a", parts: [], isError: true))])

        #expect(
            try messages([user("Go"), calls("a"), failed])?[2]?["content"]
                == (try anthropicJSON(#"[{"type":"tool_result","tool_use_id":"a","is_error":true}]"#)))
    }

    @Test(arguments: [
        (
            ChatPart.image(ChatMedia(.base64(type: "image/jpg", data: "AAAA"))),
            #"{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAAA"}}"#
        ),
        (.image(ChatMedia(.url("https://x/a.png", type: "image/png"))), #"{"type":"image","source":{"type":"url","url":"https://x/a.png"}}"#),
        (
            .document(ChatMedia(.base64(type: "application/pdf", data: "JVBE"), title: "a.pdf")),
            #"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"a.pdf"}"#
        ),
        (
            .document(ChatMedia(.base64(type: "text/csv", data: "YSxi"))),
            #"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a,b"}}"#
        ),
        (.document(ChatMedia(.text("a"))), #"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a"}}"#),
        (.document(ChatMedia(.url("https://x/a.pdf", type: nil))), #"{"type":"document","source":{"type":"url","url":"https://x/a.pdf"}}"#),
    ])
    func `shows pictures and documents, also in results`(_ part: ChatPart, _ expected: String) throws {
        let inResult = ChatTurn(.tool, [.result(ChatResult(id: "a", parts: [part]))])
        let messages = try messages([ChatTurn(.user, [part]), calls("a"), inResult])

        #expect(messages?[0]?["content"] == [try anthropicJSON(expected)])
        #expect(messages?[2]?["content"]?[0]?["content"] == [try anthropicJSON(expected)])
    }

    @Test(arguments: [
        ChatPart.audio(ChatMedia(.base64(type: "audio/wav", data: "AAAA"))), .image(ChatMedia(.base64(type: "image/tiff", data: "AAAA"))),
        .image(ChatMedia(.url("gs://bucket/a.png", type: nil))), .document(ChatMedia(.base64(type: "application/zip", data: "AAAA"))),
        .document(ChatMedia(.url("https://x/a.docx", type: "application/msword"))),
    ])
    func `cannot show what Anthropic does not take`(_ part: ChatPart) {
        #expect(refusedField([ChatTurn(.user, [part], place: "messages[0]")]) == "messages[0]")
    }

    @Test func `cannot have pictures of the model's`() {
        let picture = ChatPart.image(ChatMedia(.url("https://x", type: nil)))

        #expect(refusedField([user("Hi"), ChatTurn(.assistant, [picture], place: "messages[1]"), user("?")]) == "messages[1]")
    }

    @Test func `begins with the user, and has something in it`() {
        #expect(refusedField([ChatTurn(.assistant, [.text("Hello")], place: "messages[0]"), user("Hi")]) == "messages[0]")
        #expect(refusedField([]) == "messages")
        #expect(refusedField([user(" ")], format: .gemini) == "contents")
        #expect(refusedField([ChatTurn(.system, [.text("A")])], format: .openAIResponses) == "input")
    }

    @Test func `has a result right behind each call, and a call right before each result`() {
        #expect(refusedField([user("Go"), calls("a")]) == "messages[1]")
        #expect(refusedField([user("Go"), calls("a"), user("And?")]) == "messages[1]")
        #expect(refusedField([user("Go"), calls("a", "b"), result("a"), ChatTurn(.assistant, [.text("Hm")]), result("b")]) == "messages[1]")
        #expect(refusedField([user("Go"), result("a")]) == "messages[2]")
        #expect(refusedField([user("Go"), calls("a"), result("a"), result("z")]) == "messages[2]")
    }

    @Test func `may end with the beginning of the answer`() throws {
        #expect(try messages([user("Go"), ChatTurn(.assistant, [.text("{")])])?.array?.count == 2)
    }
}
