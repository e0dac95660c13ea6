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
            stop: OpenAIChatStop.stop(reason, matched: choice["stop_reason"]?.string, hasCalls: hasCalls),
            usage: OpenAIUsage.read(top["usage"], tier: top["service_tier"]))
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
