import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A chat request that is passed on to a server that is not quite like OpenAI")
struct OpenAIChatAdapterTests {
    private func adapted(_ body: String, _ change: (inout ChatQuirks) -> Void) throws -> String {
        var quirks = ChatQuirks()
        change(&quirks)
        let adapter = try #require(OpenAIChatAdapter(quirks))
        return String(decoding: adapter.adapted(Array(body.utf8)), as: UTF8.self)
    }

    @Test func `stays as it is where nothing differs`() throws {
        #expect(OpenAIChatAdapter(ChatQuirks()) == nil)
        let body = #"{ "model":"m", "temperature":1.0, "messages":[{"role":"user","content":"a developer's seed: \"required\""}]}"#

        let sent = try adapted(body) {
            ($0.outputCap, $0.seed, $0.mustCall, $0.takesDeveloper, $0.takesStreamOptions) = ("max_tokens", "random_seed", "any", false, false)
        }

        #expect(sent == body)
    }

    @Test func `names the most tokens and the seed as the server does`() throws {
        #expect(try adapted(#"{"max_completion_tokens":7,"n":1}"#) { $0.outputCap = "max_tokens" } == #"{"n":1,"max_tokens":7}"#)
        #expect(try adapted(#"{"max_tokens":5,"max_completion_tokens":7}"#) { $0.outputCap = "max_tokens" } == #"{"max_tokens":5}"#)
        #expect(try adapted(#"{"max_tokens":5}"#) { $0.outputCap = "max_completion_tokens" } == #"{"max_completion_tokens":5}"#)
        #expect(try adapted(#"{"seed":3}"#) { $0.seed = "random_seed" } == #"{"random_seed":3}"#)
        #expect(try adapted(#"{"tool_choice":"required"}"#) { $0.mustCall = "any" } == #"{"tool_choice":"any"}"#)
    }

    @Test func `gives instructions in the role that the server knows`() throws {
        let body = #"{"messages":[{"role":"developer","content":"Be kind."},{"role":"user","content":"Hi"}]}"#

        let sent = try adapted(body) { $0.takesDeveloper = false }

        #expect(sent == #"{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}]}"#)
    }

    @Test func `does not say stream_options where they are refused`() throws {
        let sent = try adapted(#"{"stream":true,"stream_options":{"include_usage":true}}"#) { $0.takesStreamOptions = false }

        #expect(sent == #"{"stream":true}"#)
    }

    @Test func `leaves out of messages what the server refuses`() throws {
        let call = #"{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"AAAA"}}}"#
        let body = #"{"messages":[{"role":"assistant","content":null,"reasoning_content":"Hm","refusal":null,"tool_calls":[\#(call)]}]}"#

        let sent = try adapted(body) { $0.refusesInMessages = ["reasoning_content", "extra_content", "refusal"] }

        let left = #"{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}"#
        #expect(sent == #"{"messages":[{"role":"assistant","content":null,"tool_calls":[\#(left)]}]}"#)
    }

    @Test func `gives thoughts back where the server looks for them`() throws {
        let sent = try adapted(#"{"messages":[{"role":"assistant","content":"A","reasoning_content":"Hm"}]}"#) { $0.thoughts = "reasoning" }

        #expect(sent == #"{"messages":[{"role":"assistant","content":"A","reasoning":"Hm"}]}"#)
    }

    @Test func `has ids of calls of the length that the server takes, alike for a call and its result`() throws {
        let body =
            #"{"messages":[{"role":"assistant","tool_calls":[{"id":"call_abcdef"},{"id":"Abc123xyz"}]},"#
            + #"{"role":"tool","tool_call_id":"call_abcdef"}]}"#

        let sent = try JSONValue(parsing: Array(try adapted(body) { $0.callIDLength = 9 }.utf8))

        let id = try #require(sent["messages"]?[0]?["tool_calls"]?[0]?["id"]?.string)
        #expect(id.utf8.count == 9 && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        #expect(sent["messages"]?[1]?["tool_call_id"]?.string == id)
        #expect(sent["messages"]?[0]?["tool_calls"]?[1]?["id"] == "Abc123xyz")
        #expect(Set((0..<10_000).map { OpenAICallIDs.id("call_\($0)", length: 9) }).count == 10_000)
    }

    @Test func `keeps what OpenAI would refuse away from it`() throws {
        let adapter = try #require(OpenAIChatAdapter(.openAI))
        let extra = #""reasoning_content":"Hm","extra_content":{"google":{"thought_signature":"AAAA"}}"#
        let body = #"{"messages":[{"role":"assistant","content":"A",\#(extra)}]}"#

        #expect(String(decoding: adapter.adapted(Array(body.utf8)), as: UTF8.self) == #"{"messages":[{"role":"assistant","content":"A"}]}"#)
    }
}
