package import GatewayCore
import JSONBytes

/// Changes in a request that is passed on what the endpoint calls otherwise or refuses, and what clients bring back from answers of other providers.
///
/// A request that holds nothing of the kind stays the same to the byte; nothing else changes in the others but white space.
package struct OpenAIChatAdapter: Sendable {
    private let quirks: ChatQuirks
    /// Names and words that tell that something has to be changed.
    private let marks: [JSONWord]

    /// - Returns: nil when the endpoint is like OpenAI's for all that clients send.
    package init?(_ quirks: ChatQuirks) {
        self.quirks = quirks
        var marks = quirks.refusesInMessages.sorted()
        if let cap = quirks.outputCap { marks += Self.caps.filter { $0 != cap } }
        if quirks.seed != "seed" { marks.append("seed") }
        if quirks.mustCall != "required" { marks.append("required") }
        if quirks.thoughts != nil, quirks.thoughts != Self.thoughts { marks.append(Self.thoughts) }
        if !quirks.takesDeveloper { marks.append("developer") }
        if !quirks.takesStreamOptions { marks.append("stream_options") }
        if quirks.callIDLength != nil { marks.append("tool_calls") }
        guard !marks.isEmpty else { return nil }
        self.marks = marks.map { JSONWord(quoting: $0) }
    }

    private static let caps = ["max_completion_tokens", "max_tokens"]
    /// What this gateway calls thoughts in answers.
    private static let thoughts = "reasoning_content"

    package func adapted(_ body: [UInt8]) -> [UInt8] {
        let text = body.span
        guard marks.contains(where: { $0.end(in: text) != nil }), let request = try? JSONValue(parsing: body), var members = request.object else {
            return body
        }
        for cap in Self.caps where quirks.outputCap != nil { rename(cap, quirks.outputCap ?? cap, in: &members) }
        rename("seed", quirks.seed, in: &members)
        if members["tool_choice"] == "required" { members["tool_choice"] = .string(quirks.mustCall) }
        if !quirks.takesStreamOptions { members["stream_options"] = nil }
        if let messages = members["messages"]?.array { members["messages"] = .array(messages.map(message)) }
        return .object(members) == request ? body : JSONValue.object(members).written()
    }

    /// A member that is there already under the new name stays.
    private func rename(_ name: String, _ newName: String, in members: inout JSONObject) {
        guard name != newName, let value = members[name] else { return }
        members[name] = nil
        if members[newName] == nil { members[newName] = value }
    }

    private func message(_ value: JSONValue) -> JSONValue {
        guard var message = value.object else { return value }
        if !quirks.takesDeveloper, message["role"] == "developer" { message["role"] = "system" }
        if let name = quirks.thoughts { rename(Self.thoughts, name, in: &message) }
        for name in quirks.refusesInMessages { message[name] = nil }
        if quirks.refusesInMessages.contains("extra_content"), let calls = message["tool_calls"]?.array {
            message["tool_calls"] = .array(calls.map { Self.without("extra_content", $0) })
        }
        if let length = quirks.callIDLength { shortenIDs(of: &message, length) }
        return .object(message)
    }

    private func shortenIDs(of message: inout JSONObject, _ length: Int) {
        if let id = message["tool_call_id"]?.string { message["tool_call_id"] = .string(OpenAICallIDs.id(id, length: length)) }
        guard let calls = message["tool_calls"]?.array else { return }
        message["tool_calls"] = .array(
            calls.map { call in
                guard var call = call.object, let id = call["id"]?.string else { return call }
                call["id"] = .string(OpenAICallIDs.id(id, length: length))
                return .object(call)
            })
    }

    private static func without(_ name: String, _ value: JSONValue) -> JSONValue {
        guard var members = value.object else { return value }
        members[name] = nil
        return .object(members)
    }
}

/// Ids of calls for servers that take letters and digits of one length only (Mistral: 9).
enum OpenAICallIDs {
    private static let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The id itself where it will do; else one made of it, the same for the call and for its result.
    static func id(_ id: String, length: Int) -> String {
        if id.utf8.count == length, id.utf8.allSatisfy(letters.contains) { return id }
        // FNV-1a, stirred for each letter: two ids of one conversation do not meet by accident.
        var hash = id.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var made: [UInt8] = []
        for _ in 0..<length {
            made.append(letters[Int(hash % UInt64(letters.count))])
            hash = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        }
        return String(decoding: made, as: UTF8.self)
    }
}
