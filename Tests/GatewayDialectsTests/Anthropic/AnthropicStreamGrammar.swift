import HTTPWire
import JSONBytes

/// What is wrong with a stream for a client of Anthropic's; nil when it keeps Anthropic's own order (wire.md, section 4.3).
func anthropicGrammarFault(_ bytes: [UInt8]) -> String? {
    var open: (index: Int, type: String)?
    var next = 0
    var hasStarted = false
    var hasStopped = false
    var hasEnded = false
    var isEmpty = false
    for event in anthropicEvents(bytes) {
        guard let data = try? JSONValue(parsing: Array(event.data)), let type = data["type"]?.string else { return "no JSON" }
        guard event.name == type else { return "the name \(event.name ?? "") is not the type \(type)" }
        if hasEnded { return "\(type) behind the end" }
        if type == "ping" { continue }
        if type == "message_start" {
            if hasStarted { return "a second start" }
            guard data["message"]?["content"] == [], data["message"]?["usage"]?["output_tokens"]?.int != nil else { return "no head" }
            hasStarted = true
            continue
        }
        guard hasStarted else { return "\(type) before the start" }
        switch type {
        case "content_block_start":
            guard open == nil, !hasStopped, data["index"]?.int == next, let block = data["content_block"], let kind = block["type"]?.string else {
                return "a block begins where none may"
            }
            open = (next, kind)
            isEmpty = kind == "text" || kind == "thinking"
        case "content_block_delta":
            guard let block = open, data["index"]?.int == block.index else { return "a piece of no block" }
            guard let delta = data["delta"], let kind = delta["type"]?.string else { return "no delta" }
            let fits = ["text_delta": "text", "thinking_delta": "thinking", "signature_delta": "thinking", "input_json_delta": "tool_use"]
            guard fits[kind] == block.type else { return "\(kind) in a block of \(block.type)" }
            isEmpty = false
        case "content_block_stop":
            guard data["index"]?.int == open?.index, open != nil else { return "the end of no block" }
            if isEmpty { return "an empty block" }
            open = nil
            next += 1
        case "message_delta":
            guard open == nil, !hasStopped, data["delta"]?["stop_reason"]?.string != nil else { return "a stop where none may be" }
            guard data["usage"]?["output_tokens"]?.int != nil else { return "no counts at the stop" }
            hasStopped = true
        case "message_stop":
            guard hasStopped else { return "an end without a stop" }
            hasEnded = true
        default: return "unknown \(type)"
        }
    }
    return nil
}
