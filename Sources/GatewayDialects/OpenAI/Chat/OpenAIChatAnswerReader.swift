import GatewayCore
import JSONBytes

/// Reads a provider's whole answer. Of several choices the first is read: this gateway never asks for more.
///
/// - SeeAlso: wire.md, sections 3.2 and 5.5
enum OpenAIChatAnswerReader {
    static func read(_ body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        guard let top = body.object else { throw ChatFault(reason: "it is not the JSON that it should be.") }
        if let fault = OpenAIChatFault.fault(in: top) { throw fault }
        let choices = top["choices"]?.array ?? []
        guard let choice = (choices.first { $0["index"]?.int == 0 } ?? choices.first)?.object else {
            throw ChatFault(reason: "it has no \"choices\".")
        }
        guard let message = choice["message"]?.object else { throw ChatFault(reason: "its choice has no \"message\".") }
        let reason = choice["finish_reason"]?.string
        if let fault = OpenAIChatFault.fault(forReason: reason) { throw fault }
        let parts = try parts(of: message, ids: ids)
        let hasCalls = parts.contains { if case .call = $0 { true } else { false } }
        return ChatAnswer(
            id: name(top["id"]), model: name(top["model"]), parts: parts,
            stop: OpenAIChatStop.stop(reason, matched: choice["stop_reason"]?.string, hasCalls: hasCalls), usage: OpenAIUsage.read(top["usage"]))
    }

    /// Azure leaves names empty in places.
    static func name(_ value: JSONValue?) -> String? { value?.string.flatMap { $0.isEmpty ? nil : $0 } }

    /// Thoughts, prose, refusal, calls.
    private static func parts(of message: JSONObject, ids: ChatIDs) throws(ChatFault) -> [ChatPart] {
        var ids = ids
        var calls: [ChatPart] = []
        for value in message["tool_calls"]?.array ?? [] { calls.append(.call(try call(value, &ids))) }
        if let function = message["function_call"], !function.isNull { calls.append(.call(try call(["function": function], &ids))) }
        var parts = OpenAIChatSaid(message).parts
        // The seal of a text stands behind it; calls carry their own.
        if calls.isEmpty, let seal = OpenAIChatSaid.thoughtSignature(message) {
            parts.append(.thinking(ChatThinking(text: "", seal: ChatSeal(.thought, seal))))
        }
        return parts + calls
    }

    private static func call(_ value: JSONValue, _ ids: inout ChatIDs) throws(ChatFault) -> ChatCall {
        guard let function = value["function"]?.object, let name = name(function["name"]) else {
            throw ChatFault(reason: "one of its calls has no function's name.")
        }
        let seal = value.object.flatMap(OpenAIChatSaid.thoughtSignature).map { ChatSeal(.thought, $0) }
        return ChatCall(
            id: Self.name(value["id"]) ?? ids.call(), name: name, arguments: OpenAIChatSaid.arguments(function["arguments"]) ?? "{}", seal: seal)
    }
}

/// What a message or a delta says, apart from calls.
struct OpenAIChatSaid {
    var thoughts = ""
    var text = ""
    var refusal = ""

    init(_ message: JSONObject) {
        thoughts = Self.first(message["reasoning_content"], message["reasoning"])
        refusal = message["refusal"]?.string ?? ""
        guard let content = message["content"] else { return }
        if let text = content.string { self.text = text }
        // Mistral's reasoning models answer in parts.
        for part in content.array ?? [] {
            switch part["type"]?.string {
            case "text": text += part["text"]?.string ?? ""
            case "refusal": refusal += part["refusal"]?.string ?? ""
            case "thinking": for inner in part["thinking"]?.array ?? [] { thoughts += inner["text"]?.string ?? "" }
            default: break
            }
        }
    }

    var parts: [ChatPart] {
        var parts: [ChatPart] = []
        if !thoughts.isEmpty { parts.append(.thinking(ChatThinking(text: thoughts))) }
        if !text.isEmpty { parts.append(.text(text)) }
        if !refusal.isEmpty { parts.append(.refusal(refusal)) }
        return parts
    }

    /// The first that is a text and not empty: some servers say the same under both names.
    private static func first(_ values: JSONValue?...) -> String {
        values.lazy.compactMap { $0?.string }.first { !$0.isEmpty } ?? ""
    }

    /// JSON text of arguments; nil when there is none. Some servers send the object itself.
    static func arguments(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return nil }
        if let text = value.string { return text.isEmpty ? nil : text }
        return String(decoding: value.written(), as: UTF8.self)
    }

    /// Google's place for its seals in this format (wire.md, section 5.5); Vertex AI has another name for it.
    static func thoughtSignature(_ object: JSONObject) -> String? {
        guard let extra = object["extra_content"]?.object else { return nil }
        let text = first(extra["google"]?["thought_signature"], extra["vertex"]?["thought_signature"])
        return text.isEmpty ? nil : text
    }
}
