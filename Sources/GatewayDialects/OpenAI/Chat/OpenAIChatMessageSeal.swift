import JSONBytes

/// Finds the seal of an answer's thoughts that the message has room for: `extra_content.google.thought_signature`, Google's own place for one in this format.
///
/// The place holds one, and the thoughts it belongs to are all there are in `reasoning_content`. So it is only written when the client's message says
/// enough to put both together again: Gemini's seals need no text; others need all of theirs and nobody else's.
struct OpenAIChatMessageSeal {
    private let showsThoughts: Bool
    private var seals: [(seal: ChatSeal, hasText: Bool)] = []
    private var textCount = 0

    init(showsThoughts: Bool) { self.showsThoughts = showsThoughts }

    /// Takes in a thinking part.
    mutating func take(hasText: Bool, seal: ChatSeal?) {
        if hasText { textCount += 1 }
        if let seal { seals.append((seal, hasText)) }
    }

    /// nil when there is none, or no room for it.
    var extraContent: JSONValue? {
        guard seals.count == 1, let (seal, hasText) = seals.first else { return nil }
        guard seal.kind == .thought || textCount == (hasText ? 1 : 0), seal.kind == .thought || showsThoughts || !hasText else { return nil }
        return Self.extraContent(seal)
    }

    static func extraContent(_ seal: ChatSeal) -> JSONValue { ["google": ["thought_signature": .string(seal.text(native: .thought))]] }
}
