import JSONBytes

/// Puts a whole answer together from the chunks of a stream.
struct OpenAIChunkCollector {
    /// Choices of one answer. `n` is 128 at most.
    private static let choicesMax = 1024

    private let isChat: Bool
    private var head = JSONObject()
    private var usage: JSONValue?
    /// By their index, in the order of their first chunk.
    private var choices: [(index: Int, value: JSONObject)] = []
    /// The chunk before, if the next may differ from it in its content only, and where its choice is among `choices`.
    private var last: OpenAIChunkShape?
    private var lastPosition = 0
    /// Content of that choice that was read since.
    private var more = ""

    init(isChat: Bool) { self.isChat = isChat }

    /// - Parameter data: of one event.
    /// - Returns: false when it is no chunk, or cannot be joined to those before it without guessing.
    mutating func take(_ data: [UInt8]) -> Bool {
        if let content = last?.content(of: data) {
            more += content
            return true
        }
        guard joinMore(), let chunk = try? JSONValue(parsing: data).object, take(chunk) else { return false }
        last = isChat ? OpenAIChunkShape(data) : nil
        return true
    }

    private mutating func joinMore() -> Bool {
        guard !more.isEmpty else { return true }
        defer { more = "" }
        return OpenAIJoining.pieces.join(JSONObject.Member("delta", ["content": .string(more)]), to: &choices[lastPosition].value)
    }

    private mutating func take(_ chunk: JSONObject) -> Bool {
        guard chunk["error"]?.isNull ?? true else { return false }
        for member in chunk where !["choices", "usage", "obfuscation"].contains(member.name) {
            // Azure's first chunk has an empty id and model.
            if isUnset(head[member.name]) { head[member.name] = member.value }
        }
        if let counts = chunk["usage"], !counts.isNull { usage = counts }
        guard let list = chunk["choices"] else { return true }
        guard let parts = list.array else { return list.isNull }
        return parts.allSatisfy { takeChoice($0) }
    }

    /// nil unless every choice has come to its end.
    mutating func answer() -> JSONValue? {
        guard joinMore(), !choices.isEmpty, choices.allSatisfy({ !($0.value["finish_reason"]?.isNull ?? true) }) else { return nil }
        var answer = head
        if isChat { answer["object"] = "chat.completion" }
        let sorted = choices.sorted { $0.index < $1.index }.map { isChat ? chatChoice($0.value) : $0.value }
        answer["choices"] = .array(sorted.map(JSONValue.object))
        if let usage { answer["usage"] = usage }
        return .object(answer)
    }

    private mutating func takeChoice(_ part: JSONValue) -> Bool {
        guard let part = part.object, let index = part["index"]?.int else { return false }
        let position = choices.firstIndex { $0.index == index } ?? choices.count
        if position == choices.count {
            guard choices.count < Self.choicesMax else { return false }
            choices.append((index, JSONObject()))
        }
        lastPosition = position
        for member in part {
            // What is streamed of a choice is its delta, its log probabilities and (legacy) its text; the rest is said about it.
            let joining: OpenAIJoining = ["delta", "logprobs", "text"].contains(member.name) ? .pieces : .lastWord
            guard joining.join(member, to: &choices[position].value) else { return false }
        }
        return true
    }

    private func chatChoice(_ choice: JSONObject) -> JSONObject {
        var message: JSONObject = ["role": "assistant", "content": .null]
        for member in choice["delta"]?.object ?? JSONObject() { message[member.name] = member.value }
        if let calls = message["tool_calls"]?.array {
            message["tool_calls"] = .array(calls.map(withoutIndex))
        }
        let isCall = message["tool_calls"] != nil || message["function_call"]?.object != nil
        if isCall, message["content"]?.string == "" { message["content"] = .null }
        var result = JSONObject()
        for member in choice {
            if member.name == "delta" { result["message"] = .object(message) } else { result[member.name] = member.value }
        }
        if result["message"] == nil { result["message"] = .object(message) }
        return result
    }

    private func withoutIndex(_ call: JSONValue) -> JSONValue {
        guard var members = call.object else { return call }
        members["index"] = nil
        return .object(members)
    }

    private func isUnset(_ value: JSONValue?) -> Bool {
        value == nil || value == .null || value?.string == "" || value?.int == 0
    }
}
