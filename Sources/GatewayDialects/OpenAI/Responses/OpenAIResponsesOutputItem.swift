import JSONBytes

/// An item of an answer's `output`, as far as it is told on.
struct OpenAIResponsesOutputItem: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case message, reasoning, call
        /// A server's tool at work, or something newer than this.
        case other
    }

    /// Which text of the item it is.
    enum Slot: Hashable, Sendable {
        /// By `content_index`, in a message.
        case text(Int), refusal(Int)
        /// By `summary_index` or `content_index`, in reasoning.
        case summary(Int), thought(Int)
    }

    let kind: Kind
    let id: String?
    /// Not empty, in order.
    let texts: [(slot: Slot, text: String)]
    let seal: ChatSeal?
    let callID: String?
    let name: String?
    /// nil or empty when there are none.
    let arguments: String?

    /// - Returns: nil for what is no item.
    init?(_ value: JSONValue) {
        guard let type = value["type"]?.string else { return nil }
        id = value["id"]?.string
        callID = value["call_id"]?.string
        name = value["name"]?.string
        arguments = value["arguments"]?.string
        switch type {
        case "message":
            (kind, texts, seal) = (.message, Self.texts(ofMessage: value), nil)
        case "reasoning":
            let sealed = value["encrypted_content"]?.string ?? ""
            seal = sealed.isEmpty ? nil : ChatSeal(.encrypted, sealed, id: id)
            let summary = Self.texts(value["summary"]).map { (Slot.summary($0.index), $0.text) }
            (kind, texts) = (.reasoning, summary + Self.texts(value["content"]).map { (Slot.thought($0.index), $0.text) })
        case "function_call": (kind, texts, seal) = (.call, [], nil)
        default: (kind, texts, seal) = (.other, [], nil)
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.kind == right.kind && left.id == right.id && left.seal == right.seal && left.callID == right.callID && left.name == right.name
            && left.arguments == right.arguments && left.texts.elementsEqual(right.texts) { $0 == $1 }
    }

    private static func texts(ofMessage value: JSONValue) -> [(slot: Slot, text: String)] {
        var texts: [(slot: Slot, text: String)] = []
        for (index, part) in (value["content"]?.array ?? []).enumerated() {
            guard let (slot, text) = text(ofPart: part, index) else { continue }
            texts.append((slot, text))
        }
        return texts
    }

    /// A part of a message or of reasoning, whole. nil for parts of other kinds and without text.
    static func text(ofPart part: JSONValue?, _ index: Int) -> (slot: Slot, text: String)? {
        let found: (Slot, String?)? =
            switch part?["type"]?.string {
            case "output_text": (.text(index), part?["text"]?.string)
            case "refusal": (.refusal(index), part?["refusal"]?.string)
            case "reasoning_text": (.thought(index), part?["text"]?.string)
            case "summary_text": (.summary(index), part?["text"]?.string)
            default: nil
            }
        guard let (slot, text) = found, let text, !text.isEmpty else { return nil }
        return (slot, text)
    }

    private static func texts(_ parts: JSONValue?) -> [(index: Int, text: String)] {
        (parts?.array ?? []).enumerated().compactMap { index, part in
            guard let text = part["text"]?.string, !text.isEmpty else { return nil }
            return (index, text)
        }
    }

    /// Texts of reasoning as one.
    static func joined(_ texts: [String]) -> String { texts.joined(separator: separator) }

    /// Between texts of reasoning that become one.
    static let separator = "\n\n"
}
