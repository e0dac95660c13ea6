import GatewayDialects
import Testing

@Suite("The sequencer of parts")
struct ChatSequencerTests {
    private func events(_ feed: (inout ChatSequencer, inout [ChatEvent]) -> Void) -> [ChatEvent] {
        var sequencer = ChatSequencer(ids: ChatIDs(seed: "seed1234"))
        var events: [ChatEvent] = []
        feed(&sequencer, &events)
        sequencer.close(to: &events)
        return events
    }

    @Test func `writes interleaved calls one after the other, the second as soon as the first is whole`() {
        let events = events { sequencer, events in
            sequencer.call(0, id: "a", name: "f", arguments: #"{"x""#, to: &events)
            sequencer.call(1, id: "b", name: "g", arguments: #"{"y""#, to: &events)
            sequencer.call(0, id: nil, name: nil, arguments: ":1}", to: &events)
            sequencer.call(1, id: nil, name: nil, arguments: ":2}", to: &events)
        }

        #expect(
            events == [
                .begin(.call(id: "a", name: "f")), .delta(#"{"x""#), .delta(":1}"), .end,
                .begin(.call(id: "b", name: "g")), .delta(#"{"y""#), .delta(":2}"), .end,
            ])
    }

    @Test func `gives a call without arguments an empty object`() {
        let events = events { $0.call(0, id: "a", name: "f", arguments: "", to: &$1) }

        #expect(events == [.begin(.call(id: "a", name: "f")), .delta("{}"), .end])
    }

    @Test func `begins a call once its name and id are known, and mints an id at the end`() {
        let events = events { sequencer, events in
            sequencer.call(0, id: nil, name: nil, arguments: "{", to: &events)
            #expect(events.isEmpty)
            sequencer.call(0, id: nil, name: "f", arguments: "}", to: &events)
        }

        #expect(events == [.begin(.call(id: "call_seed1234", name: "f")), .delta("{}"), .end])
    }

    @Test func `ends a part before it begins another`() {
        let events = events { sequencer, events in
            sequencer.thinking("hm", to: &events)
            sequencer.seal(ChatSeal(.signature, "s"), to: &events)
            sequencer.text("a", to: &events)
            sequencer.text("b", to: &events)
            sequencer.call(0, id: "a", name: "f", arguments: "{}", to: &events)
        }

        #expect(
            events == [
                .begin(.thinking), .delta("hm"), .seal(ChatSeal(.signature, "s")), .end, .begin(.text), .delta("a"), .delta("b"), .end,
                .begin(.call(id: "a", name: "f")), .delta("{}"), .end,
            ])
    }

    @Test func `says when a piece comes for a call that had ended`() {
        var sequencer = ChatSequencer(ids: ChatIDs(seed: "seed1234"))
        var events: [ChatEvent] = []
        sequencer.call(0, id: "a", name: "f", arguments: "{", to: &events)
        sequencer.text("a", to: &events)
        sequencer.call(0, id: nil, name: nil, arguments: "}", to: &events)

        #expect(sequencer.isBroken)
    }
}
