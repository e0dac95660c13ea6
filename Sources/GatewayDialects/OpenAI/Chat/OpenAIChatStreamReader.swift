import GatewayCore
import HTTPWire
import JSONBytes

/// Reads a provider's chunks. Of several choices the one with index 0 is read.
///
/// `finish_reason` is remembered, not believed at once: what still comes before the end mark belongs to the answer, since some servers write a reason into
/// every chunk. The end mark is `[DONE]`, or the connection's end behind a reason (wire.md, section 8.3).
///
/// - SeeAlso: wire.md, sections 3.3 and 8.3
struct OpenAIChatStreamReader: ChatStreamReader {
    private var sequencer: ChatSequencer
    private var numbers = OpenAIChatCallNumbers()
    private var hasStarted = false
    private var hasEnded = false
    private var reason: String?
    /// The stop sequence that was met, where the server says it.
    private var matched: String?
    private var usage: Usage?

    init(ids: ChatIDs) { sequencer = ChatSequencer(ids: ids) }

    mutating func read(_ event: SSEEvent) -> [ChatEvent] {
        guard !hasEnded else { return [] }
        guard event.hasData, !event.data.isEmpty else { return hasStarted ? [.ping] : [] }
        if OpenAIMarks.isDone(event.data) { return end() }
        guard let chunk = try? JSONValue(parsing: Array(event.data)).object else {
            return fail(ChatFault(reason: "an event of its stream is not JSON."))
        }
        if let fault = OpenAIChatFault.fault(in: chunk) { return fail(fault) }
        if event.isNamed("error") { return fail(OpenAIChatFault.fault(in: ["error": .object(chunk)]) ?? ChatFault(reason: "it reports an error.")) }
        return take(chunk)
    }

    mutating func closed() -> [ChatEvent] { hasEnded || reason == nil ? [] : end() }

    private mutating func take(_ chunk: JSONObject) -> [ChatEvent] {
        var events: [ChatEvent] = []
        let choices = chunk["choices"]?.array ?? []
        // Azure's first chunk has no choice, id or model (wire.md, section 6.1).
        if !hasStarted, !choices.isEmpty {
            events.append(.start(id: OpenAIChatAnswerReader.name(chunk["id"]), model: OpenAIChatAnswerReader.name(chunk["model"]), usage: usage))
            hasStarted = true
        }
        for case .object(let choice) in choices where choice["index"]?.int ?? 0 == 0 {
            take(choice: choice, &events)
            if let fault = OpenAIChatFault.fault(forReason: reason) { return events + fail(fault) }
        }
        let tier = chunk["service_tier"]
        if let counts = OpenAIUsage.read(chunk["usage"], tier: tier) ?? OpenAIUsage.read(chunk["x_groq"]?["usage"], tier: tier), counts != usage {
            usage = counts
            if hasStarted { events.append(.usage(counts)) }
        }
        return sequencer.isBroken ? events + fail(Self.broken) : events
    }

    private mutating func take(choice: JSONObject, _ events: inout [ChatEvent]) {
        if let delta = choice["delta"]?.object { take(delta: delta, &events) }
        if let word = choice["finish_reason"]?.string, !word.isEmpty { reason = word }
        if let text = choice["stop_reason"]?.string { matched = text }
    }

    private mutating func take(delta: JSONObject, _ events: inout [ChatEvent]) {
        let said = OpenAIChatSaid(delta)
        sequencer.thinking(said.thoughts, to: &events)
        sequencer.text(said.text, to: &events)
        sequencer.refusal(said.refusal, to: &events)
        for case .object(let call) in delta["tool_calls"]?.array ?? [] { take(call: call, &events) }
        if let function = delta["function_call"]?.object { take(call: ["index": -1, "function": .object(function)], &events) }
        // Of a text; calls carry their own.
        if !sequencer.hasCalls, let seal = OpenAIChatSaid.thoughtSignature(delta) { sequencer.seal(ChatSeal(.thought, seal), to: &events) }
    }

    private mutating func take(call: JSONObject, _ events: inout [ChatEvent]) {
        let id = call["id"]?.string
        let name = call["function"]?["name"]?.string
        let number = numbers.number(index: call["index"]?.int, id: id, name: name)
        sequencer.call(
            number, id: id, name: name, arguments: OpenAIChatSaid.arguments(call["function"]?["arguments"]) ?? "",
            seal: OpenAIChatSaid.thoughtSignature(call).map { ChatSeal(.thought, $0) }, to: &events)
    }

    private mutating func end() -> [ChatEvent] {
        guard hasStarted else { return fail(ChatFault(reason: "its stream ended before an answer began.")) }
        var events: [ChatEvent] = []
        sequencer.close(to: &events)
        if sequencer.isBroken { return fail(Self.broken) }
        hasEnded = true
        events.append(.stop(OpenAIChatStop.stop(reason, matched: matched, hasCalls: sequencer.hasCalls)))
        events.append(.finish)
        return events
    }

    private mutating func fail(_ fault: ChatFault) -> [ChatEvent] {
        hasEnded = true
        return [.failure(fault)]
    }

    private static let broken = ChatFault(reason: "the pieces of its calls do not fit together.")
}
