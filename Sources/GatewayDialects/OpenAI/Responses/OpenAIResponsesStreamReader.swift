package import HTTPWire
import JSONBytes

/// Reads a provider's stream.
///
/// - SeeAlso: wire.md, sections 3.4 and 8.6
package struct OpenAIResponsesStreamReader: ChatStreamReader {
    private var queue: OpenAIResponsesItemQueue
    private var hasStarted = false
    /// Whether the end mark has come, or a failure: nothing may follow.
    private var isOver = false

    package init(ids: ChatIDs) {
        queue = OpenAIResponsesItemQueue(ids: ids)
    }

    package mutating func read(_ event: SSEEvent) -> [ChatEvent] {
        guard !isOver, event.hasData, !OpenAIMarks.isDone(event.data) else { return [] }
        var events: [ChatEvent] = []
        guard let data = try? JSONValue(parsing: Array(event.data)), data.object != nil else {
            fail(ChatFault(reason: "an event of its stream is not JSON."), &events)
            return events
        }
        take(data, data["type"]?.string ?? event.name ?? "", &events)
        if queue.isBroken, !isOver { fail(ChatFault(reason: "it calls a function without a name."), &events) }
        return events
    }

    /// The end mark is an event: without it there is nothing to close.
    package mutating func closed() -> [ChatEvent] { [] }

    private mutating func take(_ data: JSONValue, _ type: String, _ events: inout [ChatEvent]) {
        switch type {
        case "response.created", "response.queued", "response.in_progress": start(data["response"], &events)
        case "response.completed", "response.incomplete": end(data["response"], isIncomplete: type == "response.incomplete", &events)
        case "response.failed", "response.cancelled":
            if let usage = OpenAIResponsesUsage.read(of: data["response"]), hasStarted { events.append(.usage(usage)) }
            fail(OpenAIResponsesFault.fault(data["response"]?["error"]), &events)
        // The error stands in the event or is it.
        case "error": fail(OpenAIResponsesFault.fault(data["error"]?.object == nil ? data : data["error"]), &events)
        case "": if data["error"]?.object != nil { fail(OpenAIResponsesFault.fault(data["error"]), &events) }
        default:
            guard takePiece(data, type) else { return }
            start(nil, &events)
            queue.tell(to: &events)
        }
    }

    private mutating func start(_ response: JSONValue?, _ events: inout [ChatEvent]) {
        guard !hasStarted else { return }
        hasStarted = true
        events.append(.start(id: response?["id"]?.string, model: response?["model"]?.string, usage: nil))
    }

    private mutating func end(_ response: JSONValue?, isIncomplete: Bool, _ events: inout [ChatEvent]) {
        guard let response, response.object != nil else { return fail(ChatFault(reason: "the last event of its stream holds no answer."), &events) }
        if OpenAIResponsesFault.isFailed(response) { return fail(OpenAIResponsesFault.fault(response["error"]), &events) }
        start(response, &events)
        queue.finishAll(with: (response["output"]?.array ?? []).map { OpenAIResponsesOutputItem($0) })
        queue.tell(to: &events)
        guard !queue.isBroken else { return }
        if let usage = OpenAIResponsesUsage.read(of: response) { events.append(.usage(usage)) }
        events.append(.stop(OpenAIResponsesAnswerReader.stop(of: response, isIncomplete: isIncomplete, hasCalls: queue.hasCalls)))
        events.append(.finish)
        isOver = true
    }

    private mutating func fail(_ fault: ChatFault, _ events: inout [ChatEvent]) {
        events.append(.failure(fault))
        isOver = true
    }
}

// Events about items.
extension OpenAIResponsesStreamReader {
    private typealias Slot = OpenAIResponsesOutputItem.Slot

    /// - Returns: false for events that say nothing here, or are newer than this.
    private mutating func takePiece(_ data: JSONValue, _ type: String) -> Bool {
        let place = OpenAIResponsesItemQueue.Place(index: data["output_index"]?.int, id: data["item_id"]?.string ?? data["item"]?["id"]?.string)
        let content = data["content_index"]?.int ?? 0
        let summary = data["summary_index"]?.int ?? 0
        switch type {
        case "response.output_item.added": return takeItem(data) { queue, item in queue.add(item, at: place) }
        case "response.output_item.done": return takeItem(data) { queue, item in queue.finish(item, at: place) }
        case "response.output_text.delta": takeDelta(data, .message, .text(content), place)
        case "response.output_text.done": takeWhole(data["text"], .message, .text(content), place)
        case "response.refusal.delta": takeDelta(data, .message, .refusal(content), place)
        case "response.refusal.done": takeWhole(data["refusal"], .message, .refusal(content), place)
        case "response.reasoning_summary_text.delta": takeDelta(data, .reasoning, .summary(summary), place)
        case "response.reasoning_summary_text.done": takeWhole(data["text"], .reasoning, .summary(summary), place)
        case "response.reasoning_text.delta": takeDelta(data, .reasoning, .thought(content), place)
        case "response.reasoning_text.done": takeWhole(data["text"], .reasoning, .thought(content), place)
        case "response.content_part.done": takePart(data["part"], content, place)
        case "response.reasoning_summary_part.done": takePart(data["part"], summary, place)
        case "response.function_call_arguments.delta":
            let delta = data["delta"]?.string ?? ""
            queue.update(.call, at: place, isWhole: false) { $0.add(argumentsDelta: delta) }
        case "response.function_call_arguments.done":
            let arguments = data["arguments"]?.string ?? ""
            queue.update(.call, at: place, isWhole: true) { $0.add(wholeArguments: arguments) }
        default: return false
        }
        return true
    }

    private mutating func takeItem(
        _ data: JSONValue, _ take: (inout OpenAIResponsesItemQueue, OpenAIResponsesOutputItem) -> Void
    ) -> Bool {
        guard let value = data["item"], let item = OpenAIResponsesOutputItem(value) else { return false }
        take(&queue, item)
        return true
    }

    private mutating func takeDelta(_ data: JSONValue, _ kind: OpenAIResponsesOutputItem.Kind, _ slot: Slot, _ place: OpenAIResponsesItemQueue.Place)
    {
        let delta = data["delta"]?.string ?? ""
        queue.update(kind, at: place, isWhole: false) { $0.add(slot, delta: delta) }
    }

    private mutating func takeWhole(
        _ text: JSONValue?, _ kind: OpenAIResponsesOutputItem.Kind, _ slot: Slot, _ place: OpenAIResponsesItemQueue.Place
    ) {
        let text = text?.string ?? ""
        queue.update(kind, at: place, isWhole: true) { $0.add(slot, whole: text) }
    }

    private mutating func takePart(_ part: JSONValue?, _ index: Int, _ place: OpenAIResponsesItemQueue.Place) {
        guard let (slot, text) = OpenAIResponsesOutputItem.text(ofPart: part, index) else { return }
        let kind: OpenAIResponsesOutputItem.Kind =
            switch slot {
            case .text, .refusal: .message
            case .summary, .thought: .reasoning
            }
        queue.update(kind, at: place, isWhole: true) { $0.add(slot, whole: text) }
    }
}
