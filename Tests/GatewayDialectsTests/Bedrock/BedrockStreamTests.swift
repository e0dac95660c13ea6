import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A stream of Bedrock's")
struct BedrockStreamTests {
    private static func message(_ name: String, _ json: String) -> [UInt8] { EventStreamMessage(name: name, payload: Array(json.utf8)).encoded }

    private static let answer: [[UInt8]] = [
        message("messageStart", #"{"role":"assistant"}"#),
        message("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm."}}}"#),
        message("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"#),
        message("contentBlockStop", #"{"contentBlockIndex":0}"#),
        message("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"It "}}"#),
        message("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"rains."}}"#),
        message("contentBlockStop", #"{"contentBlockIndex":1}"#),
        message("contentBlockStart", #"{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t1","name":"now"}}}"#),
        message("contentBlockStop", #"{"contentBlockIndex":2}"#),
        message("contentBlockStart", #"{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"s1","name":"search","type":"server_tool_use"}}}"#),
        message("contentBlockDelta", #"{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{}"}}}"#),
        message("contentBlockStop", #"{"contentBlockIndex":3}"#),
        message("messageStop", #"{"stopReason":"tool_use"}"#),
        message(
            "metadata",
            #"{"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":21,"cacheReadInputTokens":4,"cacheWriteInputTokens":2,"cacheDetails":[{"ttl":"1h","inputTokens":2}]}}"#
        ),
    ]

    private func events(_ messages: [[UInt8]]) throws -> [ChatEvent] {
        var framing = ProviderEvents(of: .bedrock, eventBytesMax: 1 << 16)
        var reader = BedrockWire.reader(ids: ChatIDs(seed: "seed1234"))
        var events: [ChatEvent] = []
        framing.feed(messages.flatMap(\.self))
        while let event = try framing.next() { events += reader.read(event) }
        return events + reader.closed()
    }

    @Test func `says in no format what it says`() throws {
        #expect(
            try events(Self.answer) == [
                .start(id: nil, model: nil, usage: nil), .begin(.thinking), .delta("Hm."), .seal(ChatSeal(.signature, "c2ln")), .end, .begin(.text),
                .delta("It "), .delta("rains."), .end, .begin(.call(id: "t1", name: "now")), .delta("{}"), .end, .stop(.calls),
                .usage(Usage(input: 16, output: 5, cachedInput: 4, cacheWriteHour: 2)), .finish,
            ])
    }

    @Test func `is whole without its counts, and cut without its stop`() throws {
        #expect(try events(Array(Self.answer.dropLast())).last == .finish)
        #expect(try events(Array(Self.answer.dropLast(2))).contains(.finish) == false)
    }

    @Test(arguments: [
        ("throttlingException", 429), ("modelStreamErrorException", 502), ("internalServerException", 500), ("serviceUnavailableException", 503),
        ("validationException", 400),
    ])
    func `ends with the failure that an exception is`(name: String, status: Int) throws {
        let exception = EventStreamMessage(.exception, name: name, payload: Array(#"{"message":"Too bad."}"#.utf8)).encoded

        let last = try events(Array(Self.answer.prefix(5)) + [exception] + Self.answer.suffix(2)).last

        #expect(last == .failure(ChatFault(status: status, reason: "it reports an error.", message: "Too bad.")))
    }

    @Test func `tells nothing of a refused credential`() throws {
        let exception = EventStreamMessage(.exception, name: "expiredTokenException", payload: Array(#"{"message":"AKIA…"}"#.utf8)).encoded

        #expect(try events([exception]).last == .failure(ChatFault(status: 403, reason: "it reports an error.")))
    }

    @Test(arguments: ChatFormat.clients) func `keeps the client's grammar wherever it is cut and whatever its order`(client: ChatFormat) throws {
        var random = ChatRandom(seed: 21)
        let facts = ChatAnswerFacts(seed: "seed1234seed5678", created: 1, model: "m", wantsUsageEvent: true)
        let translation = ChatTranslation(client: client, provider: .bedrock, facts: facts)
        var ended = 0
        for number in 0..<300 {
            var messages = Self.answer
            if number > 0 {
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    let (one, other) = (Int.random(in: 0..<messages.count, using: &random), Int.random(in: 0..<messages.count, using: &random))
                    if Bool.random(using: &random) { messages.swapAt(one, other) } else { messages.insert(messages[one], at: other) }
                }
            }
            let bytes = messages.flatMap(\.self)
            let cut = number % 3 == 0 ? bytes.count : Int.random(in: 0...bytes.count, using: &random)
            var stream = translation.stream(eventBytesMax: 1 << 16) { _ in }
            var steps: [AnswerStep] = []
            for at in stride(from: 0, to: cut, by: 61) where steps.last?.fault == nil {
                steps.append(stream.received(Array(bytes[at..<min(cut, at + 61)])))
            }
            if steps.last?.fault == nil { steps.append(stream.closed()) }

            #expect(stream.hasEnded == (steps.last?.fault == nil), "number \(number)")
            #expect(try StreamGrammars.fault(steps.flatMap(\.chunks), in: client, isWhole: stream.hasEnded) == nil, "number \(number)")
            if stream.hasEnded { ended += 1 }
        }
        #expect(ended > 20 && ended < 300)
    }

    @Test func `is refused when a message is damaged`() {
        var bytes = Self.answer.flatMap(\.self)
        bytes[bytes.count - 1] ^= 1
        let facts = ChatAnswerFacts(seed: "seed1234", created: 1, model: "m")
        var stream = ChatTranslation(client: .openAIChat, provider: .bedrock, facts: facts).stream(eventBytesMax: 1 << 16) { _ in }

        #expect(stream.received(bytes).fault == .broken(reason: "a message of its stream is damaged."))
    }
}
