/// An item of a streamed answer: what came for it and was not told on yet, and how far it has been told.
struct OpenAIResponsesStreamItem: Sendable {
    typealias Kind = OpenAIResponsesOutputItem.Kind
    typealias Slot = OpenAIResponsesOutputItem.Slot

    enum Piece: Equatable, Sendable {
        case text(Slot, String)
        case arguments(String)
        case seal(ChatSeal)
    }

    let kind: Kind
    /// The event's `output_index`.
    let index: Int?
    private(set) var id: String?
    /// Whether `output_item.added` has come; an item may also begin with a piece of it.
    private(set) var isAdded = false
    /// Nothing more comes for it.
    private(set) var isDone = false

    private var callID: String?
    private var name: String?
    private var waiting: [Piece] = []
    /// Texts of which something has come: where it has, what repeats the whole of it adds nothing.
    private var seen: Set<Slot> = []
    private var hasArguments = false

    private var hasBegun = false
    private var open: Slot?

    init(kind: Kind, index: Int?, id: String?) {
        self.kind = kind
        self.index = index
        self.id = id
    }

    var isUnnamedCall: Bool { kind == .call && name == nil }

    mutating func adopt(_ item: OpenAIResponsesOutputItem) {
        isAdded = true
        identify(item)
    }

    private mutating func identify(_ item: OpenAIResponsesOutputItem) {
        id = id ?? item.id
        if let callID = item.callID, !callID.isEmpty, self.callID == nil { self.callID = callID }
        if let name = item.name, !name.isEmpty, self.name == nil { self.name = name }
    }

    mutating func add(_ slot: Slot, delta: String) {
        guard !delta.isEmpty else { return }
        seen.insert(slot)
        waiting.append(.text(slot, delta))
    }

    /// - Parameter text: the whole text, which counts only if no piece of it came before.
    mutating func add(_ slot: Slot, whole text: String) {
        if !seen.contains(slot) { add(slot, delta: text) }
    }

    mutating func add(argumentsDelta delta: String) {
        guard !delta.isEmpty else { return }
        hasArguments = true
        waiting.append(.arguments(delta))
    }

    mutating func add(wholeArguments text: String) {
        if !hasArguments { add(argumentsDelta: text) }
    }

    /// - Parameter item: the whole item; nil when the answer ends without one.
    mutating func finish(with item: OpenAIResponsesOutputItem?) {
        if let item {
            identify(item)
            for (slot, text) in item.texts { add(slot, whole: text) }
            if let arguments = item.arguments { add(wholeArguments: arguments) }
            if let seal = item.seal { waiting.append(.seal(seal)) }
        }
        if kind == .call { add(wholeArguments: "{}") }  // no arguments are an empty object everywhere (wire.md, section 7.3)
        isDone = true
    }
}

// Telling on. Only the oldest item that is not done does.
extension OpenAIResponsesStreamItem {
    /// Gives out what waits, and ends the part that is open if the item is done.
    ///
    /// - Returns: whether a call has begun.
    mutating func tell(_ ids: inout ChatIDs, to events: inout [ChatEvent]) -> Bool {
        if kind == .call { return tellCall(&ids, to: &events) }
        for piece in waiting {
            switch piece {
            case .text(let slot, let text): tell(slot, text, to: &events)
            case .seal(let seal):
                if !hasBegun { begin(.thinking, &events) }
                events.append(.seal(seal))
            case .arguments: break
            }
        }
        waiting = []
        if isDone { close(&events) }
        return false
    }

    private mutating func tell(_ slot: Slot, _ text: String, to events: inout [ChatEvent]) {
        if hasBegun, open != slot {
            // Texts of reasoning are one text; those of a message are parts of their own.
            if kind == .reasoning { events.append(.delta(OpenAIResponsesOutputItem.separator)) } else { close(&events) }
        }
        if !hasBegun { begin(slot.start, &events) }
        open = slot
        events.append(.delta(text))
    }

    private mutating func tellCall(_ ids: inout ChatIDs, to events: inout [ChatEvent]) -> Bool {
        let begins = !hasBegun && name != nil && (callID != nil || isDone)
        if begins { begin(.call(id: callID ?? ids.call(), name: name ?? ""), &events) }
        guard hasBegun else { return false }
        for case .arguments(let text) in waiting { events.append(.delta(text)) }
        waiting = []
        if isDone { close(&events) }
        return begins
    }

    private mutating func begin(_ start: ChatPartStart, _ events: inout [ChatEvent]) {
        events.append(.begin(start))
        hasBegun = true
    }

    private mutating func close(_ events: inout [ChatEvent]) {
        if hasBegun { events.append(.end) }
        (hasBegun, open) = (false, nil)
    }
}

extension OpenAIResponsesOutputItem.Slot {
    fileprivate var start: ChatPartStart {
        switch self {
        case .text: .text
        case .refusal: .refusal
        case .summary, .thought: .thinking
        }
    }
}
