import GatewayCore
import HTTPWire
import JSONBytes

/// Follows a written stream as an official client does, and says what is wrong with it.
struct OpenAIResponsesStreamChecker {
    private(set) var fault: String?
    private(set) var types: [String] = []
    /// The last event's answer.
    private(set) var response: JSONValue?

    private var items: [JSONValue] = []
    private var open: JSONValue?
    private var text = ""
    private var hasContent = false

    init(_ chunks: [BodyChunk]) throws {
        for event in try Responses.sse(chunks.flatMap(\.bytes)) where event.hasData && fault == nil {
            let data = try JSONValue(parsing: Array(event.data))
            let type = data["type"]?.string ?? ""
            if event.name != type { fault = "an event is named otherwise than its data: \(type)" }
            if data["sequence_number"]?.int != types.count { fault = "the numbers have a gap at \(types.count)" }
            if response != nil { fault = "\(type) after the end" }
            types.append(type)
            if fault == nil { fault = take(type, data) }
        }
    }

    private mutating func take(_ type: String, _ data: JSONValue) -> String? {
        switch type {
        case "response.created", "response.in_progress": return start(type, data)
        case "response.output_item.added": return add(data)
        case "response.output_item.done": return finish(data)
        case "response.completed", "response.incomplete": return end(type, data)
        default: return piece(type, data)
        }
    }

    private func start(_ type: String, _ data: JSONValue) -> String? {
        let isAtItsPlace = types == ["response.created"] || types == ["response.created", "response.in_progress"]
        let response = data["response"]
        return isAtItsPlace && response?["status"] == "in_progress" && response?["output"] == [] ? nil : "\(type) is out of place or not at work"
    }

    private mutating func add(_ data: JSONValue) -> String? {
        guard types.count > 2, open == nil, data["output_index"]?.int == items.count else { return "an item begins out of place" }
        (open, text, hasContent) = (data["item"], "", false)
        return nil
    }

    private mutating func piece(_ type: String, _ data: JSONValue) -> String? {
        guard let open, data["item_id"] == open["id"], data["output_index"]?.int == items.count else { return "\(type) belongs to no open item" }
        switch type {
        case "response.content_part.added", "response.reasoning_summary_part.added":
            if hasContent { return "a second part" }
            hasContent = true
        case "response.output_text.delta", "response.refusal.delta", "response.reasoning_summary_text.delta":
            guard hasContent, let delta = data["delta"]?.string, !delta.isEmpty else { return "\(type) outside a part" }
            text += delta
        case "response.function_call_arguments.delta": text += data["delta"]?.string ?? ""
        case "response.output_text.done", "response.reasoning_summary_text.done":
            if data["text"]?.string != text { return "\(type) has another text" }
        case "response.refusal.done": if data["refusal"]?.string != text { return "\(type) has another text" }
        case "response.function_call_arguments.done": if data["arguments"]?.string != text { return "\(type) has another text" }
        case "response.content_part.done", "response.reasoning_summary_part.done":
            if (data["part"]?["text"] ?? data["part"]?["refusal"])?.string != text { return "\(type) has another text" }
        default: return "\(type) is not known"
        }
        return nil
    }

    private mutating func finish(_ data: JSONValue) -> String? {
        guard let item = data["item"], let open, item["id"] == open["id"], item["type"] == open["type"] else { return "another item ends than began" }
        let whole: JSONValue? =
            switch item["type"] {
            case "message": item["content"]?[0]?["text"] ?? item["content"]?[0]?["refusal"]
            case "reasoning": item["summary"]?[0]?["text"]
            default: item["arguments"]
            }
        if (whole?.string ?? "") != text { return "an item ends with another text than its deltas" }
        items.append(item)
        self.open = nil
        return nil
    }

    private mutating func end(_ type: String, _ data: JSONValue) -> String? {
        guard open == nil, let response = data["response"], response["output"] == .array(items) else { return "the answer is not that of its events" }
        self.response = response
        return response["status"]?.string == String(type.dropFirst("response.".count)) ? nil : "the status is not the event's"
    }
}
