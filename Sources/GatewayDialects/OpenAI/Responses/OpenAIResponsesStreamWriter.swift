package import GatewayCore
import HTTPWire
import JSONBytes

/// Writes a client's stream.
///
/// Every part of the answer becomes one item. An item is closed when the next begins or the answer stops, since a cut one is marked as such. The
/// whole answer is kept in memory until its end, whose event repeats it: the format is so.
///
/// - SeeAlso: wire.md, sections 2.2 and 3.4
package struct OpenAIResponsesStreamWriter: ChatStreamWriter {
    private typealias Response = OpenAIResponsesResponse

    private var response: OpenAIResponsesResponse
    private var events = OpenAIResponsesEventWriter()
    /// Those that are closed.
    private var items: [JSONValue] = []
    private var open: OpenAIResponsesOpenPart?
    private var usage: Usage?
    private var stop = ChatStop.finished

    package init(_ facts: ChatAnswerFacts) {
        response = OpenAIResponsesResponse(facts: facts)
    }

    package mutating func write(_ event: ChatEvent, to output: inout [BodyChunk]) {
        var bytes: [UInt8] = []
        switch event {
        case .start(_, let model, let usage): start(model, usage, &bytes)
        case .begin(let start): begin(start, &bytes)
        case .delta(let text): append(text, &bytes)
        case .seal(let seal): open?.seal = seal
        case .end: break
        case .usage(let usage): self.usage = usage
        case .stop(let stop):
            self.stop = stop
            close(stop == .length || stop == .filtered ? .incomplete : .completed, &bytes)
        case .finish: finish(&bytes)
        case .ping: SSEWriter.append(comment: "keep-alive", to: &bytes)
        case .failure: break
        }
        if !bytes.isEmpty { output.append(BodyChunk(bytes)) }
    }

    private mutating func start(_ model: String?, _ usage: Usage?, _ bytes: inout [UInt8]) {
        response.model = model
        self.usage = usage
        let value = response.value(stop: nil, output: [], usage: nil)
        events.append("response.created", ["response": value], to: &bytes)
        events.append("response.in_progress", ["response": value], to: &bytes)
    }

    private mutating func begin(_ start: ChatPartStart, _ bytes: inout [UInt8]) {
        close(.completed, &bytes)
        var part = OpenAIResponsesOpenPart(start, response, index: items.count)
        // Other parts may stay empty, and are no items then.
        if case .call = start { add(&part, &bytes) }
        open = part
    }

    private mutating func append(_ text: String, _ bytes: inout [UInt8]) {
        guard var part = open, part.start != .thinking || response.facts.showsThoughts else { return }
        open = nil  // so that the text is not copied
        if !part.isAdded { add(&part, &bytes) }
        if part.start == .thinking, part.text.isEmpty {
            events.append("response.reasoning_summary_part.added", part.place(["part": Response.summaryPart("")]), to: &bytes)
        }
        part.text += text
        if !part.isFreeform { events.append(part.deltaType, place: part.deltaPlace, delta: text, to: &bytes) }
        open = part
    }

    private mutating func finish(_ bytes: inout [UInt8]) {
        let value = response.value(stop: stop, output: items, usage: usage)
        let type = stop == .length || stop == .filtered ? "response.incomplete" : "response.completed"
        events.append(type, ["response": value], to: &bytes)
    }
}

// The events around an item.
extension OpenAIResponsesStreamWriter {
    private mutating func add(_ part: inout OpenAIResponsesOpenPart, _ bytes: inout [UInt8]) {
        part.isAdded = true
        events.append("response.output_item.added", ["output_index": JSONValue(part.index), "item": part.item(.running)], to: &bytes)
        switch part.start {
        case .text: events.append("response.content_part.added", part.place(["part": Response.textPart("")]), to: &bytes)
        case .refusal: events.append("response.content_part.added", part.place(["part": Response.refusalPart("")]), to: &bytes)
        case .thinking, .call: break
        }
    }

    private mutating func close(_ status: OpenAIResponsesItemStatus, _ bytes: inout [UInt8]) {
        guard var part = open else { return }
        open = nil
        if !part.isAdded, part.start == .thinking, part.seal != nil { add(&part, &bytes) }
        guard part.isAdded else { return }
        closeContent(of: part, &bytes)
        let item = part.item(status)
        events.append("response.output_item.done", ["output_index": JSONValue(part.index), "item": item], to: &bytes)
        items.append(item)
        addCallSeal(of: part, &bytes)
    }

    private mutating func closeContent(of part: OpenAIResponsesOpenPart, _ bytes: inout [UInt8]) {
        let text = JSONValue.string(part.text)
        switch part.start {
        case .text:
            events.append("response.output_text.done", part.place(["logprobs": [], "text": text]), to: &bytes)
            events.append("response.content_part.done", part.place(["part": Response.textPart(part.text)]), to: &bytes)
        case .refusal:
            events.append("response.refusal.done", part.place(["refusal": text]), to: &bytes)
            events.append("response.content_part.done", part.place(["part": Response.refusalPart(part.text)]), to: &bytes)
        case .thinking where !part.text.isEmpty:
            events.append("response.reasoning_summary_text.done", part.place(["text": text]), to: &bytes)
            events.append("response.reasoning_summary_part.done", part.place(["part": Response.summaryPart(part.text)]), to: &bytes)
        case .thinking: break
        case .call(_, let name): closeCall(named: name, part, &bytes)
        }
    }

    private mutating func closeCall(named name: String, _ part: OpenAIResponsesOpenPart, _ bytes: inout [UInt8]) {
        switch response.facts.toolKinds[name] ?? .function {
        case .function: events.append("response.function_call_arguments.done", part.place(["arguments": .string(part.text)]), to: &bytes)
        case .custom:
            let input = OpenAIFreeform.input(part.text)
            events.append("response.custom_tool_call_input.delta", place: part.deltaPlace, delta: input, to: &bytes)
            events.append("response.custom_tool_call_input.done", part.place(["input": .string(input)]), to: &bytes)
        // A command has no events of its own: it is in the item.
        case .localShell: break
        }
    }

    private mutating func addCallSeal(of part: OpenAIResponsesOpenPart, _ bytes: inout [UInt8]) {
        guard case .call(let id, let name) = part.start else { return }
        guard let seal = ChatCall(id: id, name: name, arguments: "", seal: part.seal).sealEnvelope else { return }
        let index = JSONValue(items.count)
        let itemID = response.itemID("rs", items.count)
        events.append("response.output_item.added", ["output_index": index, "item": Response.reasoning("", seal: nil, id: itemID)], to: &bytes)
        let item = Response.reasoning("", seal: seal, id: itemID)
        events.append("response.output_item.done", ["output_index": index, "item": item], to: &bytes)
        items.append(item)
    }
}
