import GatewayCore
import JSONBytes

/// Takes the contents of a request apart into turns, one content after the other.
///
/// A client that streams gives back what it read as it read it: many contents of the model in a row, with a few words each. They are one turn,
/// and their words and thoughts are joined: a seal belongs to all the thoughts before it.
struct GeminiContentReader {
    private(set) var turns: [ChatTurn] = []
    private(set) var extras: [ChatExtra] = []
    private var calls = GeminiCallHistory()

    mutating func read(_ content: GeminiField) throws(GatewayError) {
        var fields = try content.fields()
        let role = fields.take("role")
        let parts = try fields.take("parts")?.list() ?? []
        for field in fields.left { extras.append(ChatExtra(field.place, .tuning)) }
        switch try role?.string().lowercased() {
        // `function` is what the first clients wrote for results.
        case nil, "user", "function": try readUser(parts, at: content.place)
        case "model": try readModel(parts, at: content.place)
        default: throw .fieldRefused(field: role?.place ?? content.place, reason: "it must be user or model.")
        }
    }

    /// Results first, in a turn of their own: the other formats want them right behind the calls.
    private mutating func readUser(_ parts: [GeminiField], at place: String) throws(GatewayError) {
        var results: [ChatPart] = []
        var others: [ChatPart] = []
        for field in parts {
            let part = try take(field)
            switch part?.kind {
            case nil: break
            case .result(let response): results.append(.result(try calls.result(from: response, extras: &extras)))
            case .call, .server:
                extras.append(ChatExtra(field.place, .meaning("a part of this kind is the model's to write.")))
            case .text(let text):
                if !text.isEmpty { others.append(.text(text)) }
            case .media(let media): others.append(media)
            }
            if let part, part.signature != nil { extras.append(ChatExtra(field.place + ".thoughtSignature", .hint)) }
        }
        if !results.isEmpty { turns.append(ChatTurn(.tool, results, place: place)) }
        if !others.isEmpty { turns.append(ChatTurn(.user, others, place: place)) }
    }

    private mutating func readModel(_ parts: [GeminiField], at place: String) throws(GatewayError) {
        if turns.last?.role != .assistant {
            calls.beginTurn()
            turns.append(ChatTurn(.assistant, [], place: place))
        }
        for field in parts { if let part = try take(field) { try readModelPart(part, at: field.place) } }
        if turns.last?.parts.isEmpty ?? false { turns.removeLast() }
    }

    private mutating func readModelPart(_ part: GeminiRequestPart, at place: String) throws(GatewayError) {
        let seal = part.signature.map { ChatSeal(found: $0, native: .thought) }
        switch part.kind {
        case .text(let text) where part.isThought: addThought(ChatThinking(text: text, seal: seal))
        case .text(let text):
            addText(text)
            addSeal(seal)
        case .call(let call):
            // Only Gemini seals its calls. Any other seal came with thoughts.
            if let seal, seal.kind != .thought { addSeal(seal) }
            add(.call(try calls.call(from: call, seal: seal?.kind == .thought ? seal : nil, extras: &extras)))
        case .media(let media):
            if part.isThought { extras.append(ChatExtra(place, .hint)) } else { add(media) }
            addSeal(seal)
        case .result: extras.append(ChatExtra(place, .meaning("results of calls are the user's to write.")))
        case .server: extras.append(ChatExtra(place, .meaning("it is the work of a tool that Google runs, which other providers do not have.")))
        }
    }

    private mutating func take(_ field: GeminiField) throws(GatewayError) -> GeminiRequestPart? {
        try GeminiRequestPart(field, extras: &extras)
    }
}

// The model's turn that is being read.
extension GeminiContentReader {
    private mutating func add(_ part: ChatPart) { turns[turns.count - 1].parts.append(part) }

    private mutating func addText(_ text: String) {
        guard !text.isEmpty else { return }
        if case .text(let before) = turns[turns.count - 1].parts.last {
            turns[turns.count - 1].parts.removeLast()
            add(.text(before + text))
        } else {
            add(.text(text))
        }
    }

    /// Redacted thoughts are none that have been read before.
    private mutating func addThought(_ thought: ChatThinking) {
        guard !thought.text.isEmpty || thought.seal != nil else { return }
        if case .thinking(let before) = turns[turns.count - 1].parts.last, before.seal == nil, thought.seal?.kind != .redacted {
            turns[turns.count - 1].parts.removeLast()
            add(.thinking(ChatThinking(text: before.text + thought.text, seal: thought.seal)))
        } else {
            add(.thinking(thought))
        }
    }

    /// A seal that belongs to no thoughts that can be read.
    private mutating func addSeal(_ seal: ChatSeal?) {
        if let seal { add(.thinking(ChatThinking(text: "", seal: seal))) }
    }
}
