import JSONBytes

/// Puts a whole answer together from the events of a stream.
struct GeminiChunkCollector {
    /// Members of the answer that every event repeats, the last one rightly.
    private static let repeated: Set<String> = ["usageMetadata", "promptFeedback", "modelStatus"]
    /// Members of a candidate of which the last word counts.
    private static let repeatedOfCandidate: Set<String> = ["finishReason", "finishMessage", "safetyRatings", "tokenCount"]
    /// Candidates of one answer. `candidateCount` is 8 at most.
    private static let candidatesMax = 64

    private var head = JSONObject()
    /// By their index, in the order of their first piece. Parts are apart from the rest.
    private var candidates: [(index: Int, members: JSONObject, content: JSONObject, parts: [JSONObject])] = []

    /// - Returns: false when the event is none, or says a thing in two ways so that nobody knows what the whole would say.
    mutating func take(_ event: JSONObject) -> Bool {
        for member in event where member.name != "candidates" {
            guard Self.merge(member, into: &head, repeated: Self.repeated) else { return false }
        }
        guard let list = event["candidates"] else { return true }
        guard let pieces = list.array else { return list.isNull }
        return pieces.allSatisfy { takeCandidate($0) }
    }

    var answer: JSONObject {
        guard !candidates.isEmpty else { return head }
        let sorted = candidates.sorted { $0.index < $1.index }.map { candidate in
            var content = candidate.content
            if !candidate.parts.isEmpty { content["parts"] = .array(candidate.parts.map(JSONValue.object)) }
            var members: JSONObject = content.isEmpty ? [:] : ["content": .object(content)]
            for member in candidate.members { members[member.name] = member.value }
            return JSONValue.object(members)
        }
        var answer: JSONObject = ["candidates": .array(sorted)]
        for member in head { answer[member.name] = member.value }
        return answer
    }

    private mutating func takeCandidate(_ piece: JSONValue) -> Bool {
        guard let piece = piece.object else { return false }
        let index = piece["index"]?.int ?? 0
        let position = candidates.firstIndex { $0.index == index } ?? candidates.count
        if position == candidates.count {
            guard candidates.count < Self.candidatesMax else { return false }
            candidates.append((index, JSONObject(), JSONObject(), []))
        }
        for member in piece where member.name != "content" {
            guard Self.merge(member, into: &candidates[position].members, repeated: Self.repeatedOfCandidate) else { return false }
        }
        guard let content = piece["content"] else { return true }
        guard let members = content.object else { return content.isNull }
        for member in members where member.name != "parts" {
            guard Self.merge(member, into: &candidates[position].content, repeated: []) else { return false }
        }
        guard let parts = members["parts"] else { return true }
        guard let list = parts.array else { return parts.isNull }
        return list.allSatisfy { Self.add($0, to: &candidates[position].parts) }
    }

    private static func merge(_ member: JSONObject.Member, into object: inout JSONObject, repeated: Set<String>) -> Bool {
        guard let known = object[member.name], known != member.value, !repeated.contains(member.name) else {
            object[member.name] = member.value
            return true
        }
        return false
    }

    /// Text grows, thoughts grow; signed text, calls and everything else stay apart.
    private static func add(_ part: JSONValue, to parts: inout [JSONObject]) -> Bool {
        guard let part = part.object else { return false }
        guard let text = part["text"]?.string, isPlain(part) else {
            parts.append(part)
            return true
        }
        if let last = parts.last, isPlain(last), last["thought"] == part["thought"], let before = last["text"]?.string {
            parts[parts.count - 1]["text"] = nil  // so that the text is held once and can grow where it is
            parts[parts.count - 1]["text"] = .string(before + text)
        } else if !text.isEmpty || parts.isEmpty {
            parts.append(part)
        }
        return true
    }

    private static func isPlain(_ part: JSONObject) -> Bool {
        part["text"]?.string != nil && part.allSatisfy { $0.name == "text" || $0.name == "thought" }
    }
}
