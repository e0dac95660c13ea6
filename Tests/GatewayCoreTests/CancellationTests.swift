import GatewayCore
import Testing

@Suite("A cancellation")
struct CancellationTests {
    @Test func `runs its handlers once, in order, and those added later at once`() {
        let cancellation = Cancellation()
        var ran: [Int] = []
        cancellation.onCancel { ran.append(1) }
        cancellation.onCancel { ran.append(2) }

        cancellation.cancel(.clientGone)
        cancellation.cancel(.draining)
        cancellation.onCancel { ran.append(3) }

        #expect(ran == [1, 2, 3])
        #expect(cancellation.error == .clientGone)
    }

    @Test func `runs its handlers in order, whichever was removed before`() {
        let cancellation = Cancellation()
        var ran: [Int] = []
        let first = cancellation.onCancel { ran.append(1) }
        cancellation.onCancel { ran.append(2) }
        cancellation.remove(first)
        cancellation.onCancel { ran.append(3) }

        cancellation.cancel(.clientGone)

        #expect(ran == [2, 3])
    }

    @Test func `does not run a handler that was removed`() {
        let cancellation = Cancellation()
        var ran = false
        let id = cancellation.onCancel { ran = true }

        cancellation.remove(id)
        cancellation.cancel(.clientGone)

        #expect(!ran)
    }
}

@Suite("A response body")
struct ResponseBodyTests {
    @Test func `tells its end once, to whoever was added last first`() {
        let body = ResponseBody(bytes: [])
        var heard: [String] = []
        body.onEnd { heard.append("a \($0)") }
        body.onEnd { heard.append("b \($0)") }

        body.end(.finished)
        body.end(.cancelled)
        body.onEnd { heard.append("late \($0)") }

        #expect(heard == ["b finished", "a finished", "late finished"])
    }

    @Test func `that is dropped without an end was cancelled`() {
        var heard: [BodyEnd] = []
        do {
            let body = ResponseBody(bytes: [])
            body.onEnd { heard.append($0) }
        }

        #expect(heard == [.cancelled])
    }
}

@Suite("A glob")
struct GlobTests {
    @Test(arguments: [
        ("gpt-4", "gpt-4", true), ("gpt-4", "gpt-4o", false), ("gpt-*", "gpt-4", true), ("gpt-*", "gpt-", true), ("*", "", true),
        ("*-mini", "gpt-5-mini", true),
        ("*-mini", "gpt-5-minimal", false), ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-c-b", false), ("", "", true), ("**", "x", true),
        ("ü*", "über", false), ("ü*", "übel", true),
    ])
    func `matches by its stars alone`(pattern: String, name: String, expected: Bool) {
        let name = name == "über" ? "u\u{308}ber" : name  // another spelling in Unicode is another name

        #expect(Glob(pattern).matches(name) == expected)
    }

    @Test func `stays linear for hostile names`() {
        let pattern = Glob(String(repeating: "a*", count: 40) + "b")
        let name = String(repeating: "a", count: 20_000)

        #expect(!pattern.matches(name))
    }
}
