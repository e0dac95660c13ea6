import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Seals in a responses request")
struct OpenAIResponsesSealTests {
    private let call = ChatCall(id: "c1", name: "f", arguments: "{}", seal: ChatSeal(.thought, "sig"))

    private func item(_ seal: ChatSeal) -> String { #"{"type":"reasoning","summary":[],"encrypted_content":"\#(seal.envelope)"}"# }
    private func items(_ items: [String]) throws -> [ChatTurn] {
        try Responses.request(#"{"model":"m","input":[\#(items.joined(separator: ","))]}"#).turns
    }

    private let callItem = #"{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}"#
    private let otherItem = #"{"type":"function_call","call_id":"c2","name":"g","arguments":"{}"}"#
    private let resultItem = #"{"type":"function_call_output","call_id":"c1","output":"r"}"#

    @Test func `of other providers are opened`() throws {
        let seal = ChatSeal(.signature, "sig")
        let text = #"{"type":"reasoning","id":"rs_w","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"\#(seal.envelope)"}"#

        #expect(try items([text]) == [ChatTurn(.assistant, [.thinking(ChatThinking(text: "t", seal: seal))])])
    }

    @Test func `of a call find it by its id, wherever the client has put them`() throws {
        let seal = item(ChatSeal(.thought, "sig", id: "c1"))
        let sealed = ChatPart.call(call)
        let other = ChatPart.call(ChatCall(id: "c2", name: "g", arguments: "{}"))
        let result = ChatTurn(.tool, [.result(ChatResult(id: "c1", parts: [.text("r")]))])

        #expect(try items([callItem, seal]) == [ChatTurn(.assistant, [sealed])])
        #expect(try items([callItem, otherItem, seal]) == [ChatTurn(.assistant, [sealed, other])])
        #expect(try items([otherItem, seal, callItem]) == [ChatTurn(.assistant, [other, sealed])])
        #expect(try items([callItem, resultItem, seal]) == [ChatTurn(.assistant, [sealed]), result])
    }

    @Test func `of a call that tell no id go to the call before them, else to the one behind`() throws {
        let seal = item(ChatSeal(.thought, "sig"))
        let sealed = ChatPart.call(call)
        let other = ChatPart.call(ChatCall(id: "c2", name: "g", arguments: "{}"))

        #expect(try items([callItem, seal]) == [ChatTurn(.assistant, [sealed])])
        #expect(try items([seal, callItem]) == [ChatTurn(.assistant, [sealed])])
        #expect(try items([callItem, seal, otherItem]) == [ChatTurn(.assistant, [sealed, other])])
    }

    @Test func `of a call that is not there stay thoughts`() throws {
        let seal = ChatSeal(.thought, "sig", id: "gone")

        #expect(try items([callItem, item(seal)])[0].parts.last == .thinking(ChatThinking(text: "", seal: seal)))
    }

    @Test func `come back as they went out with an answer`() throws {
        let parts: [ChatPart] = [
            .thinking(ChatThinking(text: "hm", seal: ChatSeal(.signature, "s1"))), .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "s2"))),
            .text("t"), .thinking(ChatThinking(text: "x", seal: ChatSeal(.encrypted, "s3", id: "rs_p"))), .call(call),
            .call(ChatCall(id: "c2", name: "g", arguments: "{}")),
            .call(ChatCall(id: "c3", name: "h", arguments: "{}", seal: ChatSeal(.thought, "s4"))),
        ]
        let answer = Responses.written(ChatAnswer(parts: parts, stop: .calls))
        let body: JSONValue = ["model": "m", "input": try #require(answer["output"])]

        #expect(try OpenAIResponsesWire.request(from: body, about: ChatRequestFacts()).turns == [ChatTurn(.assistant, parts)])
    }
}
