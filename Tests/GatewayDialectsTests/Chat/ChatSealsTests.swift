import GatewayDialects
import Testing

@Suite("Seals that a client cannot keep")
struct ChatSealsTests {
    private let thought = ChatThinking(text: "hm", seal: ChatSeal(.signature, "sig"))

    private func request(calling id: String) -> ChatRequest {
        var request = ChatRequest(format: .openAIChat, model: "m")
        request.turns = [ChatTurn(.user, [.text("a")]), ChatTurn(.assistant, [.text("b"), .call(ChatCall(id: id, name: "f", arguments: "{}"))])]
        return request
    }

    @Test func `come back with the call they came with`() {
        let seals = ChatSeals()
        seals.keep([.thinking(thought), .call(ChatCall(id: "c1", name: "f", arguments: "{}", seal: ChatSeal(.thought, "t")))], for: "alice")

        var restored = request(calling: "c1")
        seals.restore(&restored, for: "alice")

        #expect(
            restored.turns[1].parts == [
                .text("b"), .thinking(thought), .call(ChatCall(id: "c1", name: "f", arguments: "{}", seal: ChatSeal(.thought, "t"))),
            ])
    }

    @Test func `never come back to somebody else, nor with another call`() {
        let seals = ChatSeals()
        seals.keep([.thinking(thought), .call(ChatCall(id: "c1", name: "f", arguments: "{}"))], for: "alice")

        for (owner, call) in [("bob", "c1"), ("alice", "c2")] {
            var restored = request(calling: call)
            seals.restore(&restored, for: owner)
            #expect(restored == request(calling: call))
        }
    }

    @Test func `are not doubled for a client that kept them`() {
        let seals = ChatSeals()
        seals.keep([.thinking(thought), .call(ChatCall(id: "c1", name: "f", arguments: "{}"))], for: "alice")
        var kept = request(calling: "c1")
        kept.turns[1].parts.insert(.thinking(thought), at: 0)

        var restored = kept
        seals.restore(&restored, for: "alice")

        #expect(restored == kept)
    }

    @Test func `take no more memory than allowed, the oldest going first`() {
        let seals = ChatSeals(bytesMax: 10_000)
        for number in 0..<5_000 { seals.keep([.thinking(thought), .call(ChatCall(id: "c\(number)", name: "f", arguments: "{}"))], for: "alice") }

        #expect(seals.byteCount <= 10_000)
        for (call, isKept) in [("c0", false), ("c4999", true)] {
            var restored = request(calling: call)
            seals.restore(&restored, for: "alice")
            #expect((restored.turns[1].parts.count == 3) == isKept)
        }
    }
}
