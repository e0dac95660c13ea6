import GatewayCore
import JSONBytes

/// Calls of a conversation and the results that belong to them. Gemini often has no ids: results then belong to calls by name and order.
///
/// - SeeAlso: wire.md, section 7.3
struct GeminiCallHistory {
    private struct Call {
        let id: String
        let name: String
        let hasOwnID: Bool
    }

    /// Calls of the model's last turn that have no result yet.
    private var waiting: [Call] = []
    private var ids: Set<String> = []
    private var count = 0

    init() {}

    /// The model speaks again: what it had asked for before is answered or never will be.
    mutating func beginTurn() { waiting = [] }

    mutating func call(from field: GeminiField, seal: ChatSeal?, extras: inout [ChatExtra]) throws(GatewayError) -> ChatCall {
        var fields = try field.fields()
        guard let name = try fields.take("name")?.name() else { throw .fieldRefused(field: field.place, reason: "it must have a name.") }
        let given = try fields.take("id")?.string() ?? ""
        let arguments = try fields.take("args")?.object() ?? JSONObject()
        for other in fields.left { extras.append(ChatExtra(other.place, .meaning("calls in a conversation are whole."))) }
        let id = given.isEmpty ? minted() : given
        ids.insert(id)
        waiting.append(Call(id: id, name: name, hasOwnID: !given.isEmpty))
        return ChatCall(id: id, name: name, arguments: String(decoding: JSONValue.object(arguments).written(), as: UTF8.self), seal: seal)
    }

    /// The same for the same conversation, so that a longer one still begins alike and a provider's prompt cache knows it.
    private mutating func minted() -> String {
        defer { count += 1 }
        return "call_history_\(count)"
    }

    mutating func result(from field: GeminiField, extras: inout [ChatExtra]) throws(GatewayError) -> ChatResult {
        var fields = try field.fields()
        let given = try fields.take("id")?.string() ?? ""
        let name = try fields.take("name")?.string() ?? ""
        guard let id = match(given, name) else {
            throw .fieldRefused(field: field.place, reason: "no functionCall before it waits for this result.")
        }
        let response = try fields.take("response")?.object() ?? JSONObject()
        var result = GeminiResponse.result(response, id: id, at: field.place)
        result.name = name.isEmpty ? nil : name
        for part in try fields.take("parts")?.list() ?? [] { if let media = try Self.media(part, &extras) { result.parts.append(media) } }
        for other in fields.left { extras.append(ChatExtra(other.place, .tuning)) }
        return result
    }

    private mutating func match(_ given: String, _ name: String) -> String? {
        if !given.isEmpty, ids.contains(given) {
            waiting.removeAll { $0.id == given }
            return given
        }
        // An id that no call has: the client numbers results by itself, where calls came without numbers.
        guard let index = waiting.firstIndex(where: { $0.name == name && (given.isEmpty || !$0.hasOwnID) }) else { return nil }
        return waiting.remove(at: index).id
    }

    /// Pictures and documents that a function returned.
    private static func media(_ field: GeminiField, _ extras: inout [ChatExtra]) throws(GatewayError) -> ChatPart? {
        guard let part = try GeminiRequestPart(field, extras: &extras) else { return nil }
        if case .media(let media) = part.kind { return media }
        throw .fieldRefused(field: field.place, reason: "it must be inlineData or fileData.")
    }
}
