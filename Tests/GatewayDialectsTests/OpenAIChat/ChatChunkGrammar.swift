import GatewayCore
import HTTPWire
import JSONBytes

@testable import GatewayDialects

/// What is wrong with a written stream of chat completions; nil when it keeps the grammar of wire.md, section 3.3.
struct ChatChunkGrammar {
    private var head: [JSONValue?]?
    private var callCount = 0
    private var hasReason = false
    private var hasUsage = false
    private var isDone = false

    static func fault(_ chunks: [BodyChunk]) throws -> String? {
        var grammar = ChatChunkGrammar()
        for chunk in chunks {
            for event in try ChatCompletions.sseEvents(chunk.bytes) {
                if let fault = grammar.take(event, isUsageOnly: chunk.isUsageOnly) { return fault }
            }
        }
        return nil
    }

    private mutating func take(_ event: SSEEvent, isUsageOnly: Bool) -> String? {
        if !event.isComplete { return "an event without its empty line" }
        guard event.hasData else { return event.raw.first == UInt8(ascii: ":") ? nil : "an event without data" }
        if event.name != nil { return "an event with a name" }
        if isDone { return "something behind the end mark" }
        if event.data.elementsEqual("[DONE]".utf8) {
            isDone = true
            return hasReason ? nil : "an end mark without a reason to stop"
        }
        guard let chunk = try? JSONValue(parsing: Array(event.data)) else { return "no JSON" }
        let head = [chunk["id"], chunk["object"], chunk["created"], chunk["model"]]
        if chunk["object"] != "chat.completion.chunk" || head.contains(nil) { return "a chunk without its head" }
        defer { self.head = head }
        if let known = self.head, known != head { return "a chunk with another head" }
        guard let choices = chunk["choices"]?.array, choices.count <= 1 else { return "a chunk without choices, or with several" }
        guard let choice = choices.first else { return takeUsage(chunk, isUsageOnly: isUsageOnly) }
        if isUsageOnly { return "content that is marked as token counts" }
        if let usage = chunk["usage"], !usage.isNull { return "token counts beside content" }
        return take(choice, isFirst: self.head == nil)
    }

    private mutating func takeUsage(_ chunk: JSONValue, isUsageOnly: Bool) -> String? {
        if !hasReason || hasUsage || !isUsageOnly { return "token counts too early, twice or unmarked" }
        hasUsage = true
        let usage = chunk["usage"]
        guard let input = usage?["prompt_tokens"]?.int, let output = usage?["completion_tokens"]?.int else { return "no token counts" }
        return usage?["total_tokens"]?.int == input + output ? nil : "token counts that do not add up"
    }

    private mutating func take(_ choice: JSONValue, isFirst: Bool) -> String? {
        if hasReason { return "content behind the reason to stop" }
        guard choice["index"] == 0, let delta = choice["delta"]?.object else { return "a choice without index 0 or delta" }
        if isFirst { return delta == ["role": "assistant", "content": ""] && choice["finish_reason"] == .null ? nil : "a first chunk without role" }
        if let reason = choice["finish_reason"], !reason.isNull {
            hasReason = true
            let isKnown = ["stop", "length", "tool_calls", "content_filter"].contains(reason.string)
            return delta.isEmpty && isKnown ? nil : "a reason to stop beside content, or an unknown one"
        }
        guard delta.count == 1, let member = delta.members.first else { return "a delta that says nothing, or several things" }
        switch member.name {
        case "content", "refusal", "reasoning_content": return member.value.string?.isEmpty == false ? nil : "an empty text"
        case "extra_content": return member.value["google"]?["thought_signature"]?.string == nil ? "a seal without its text" : nil
        case "tool_calls": return takeCall(member.value)
        default: return "a delta with \(member.name)"
        }
    }

    private mutating func takeCall(_ list: JSONValue) -> String? {
        guard list.array?.count == 1, let call = list[0], let index = call["index"]?.int else { return "no call, or several" }
        guard call["function"]?["arguments"]?.string != nil else { return "a call without arguments" }
        if index == callCount {
            callCount += 1
            let isWhole = call["id"]?.string?.isEmpty == false && call["type"] == "function" && call["function"]?["name"]?.string != nil
            return isWhole && call["function"]?["arguments"] == "" ? nil : "a call that does not begin as it should"
        }
        if index != callCount - 1 { return "a piece of a call that is not the newest" }
        return call["id"] == nil && call["function"]?["name"] == nil ? nil : "a call that begins twice"
    }
}
