/// Brings the items of a streamed answer into order: the oldest that is not done is told on as it comes, the pieces of others wait for their turn.
///
/// OpenAI sends items one after another, so that nothing waits. Items are told apart by `output_index`: some servers change the ids from event to
/// event.
struct OpenAIResponsesItemQueue: Sendable {
    typealias Item = OpenAIResponsesStreamItem

    /// Where an event belongs.
    struct Place {
        var index: Int?
        var id: String?
    }

    private var items: [Item] = []
    /// Of the oldest item that is not told to its end.
    private var first = 0
    private var ids: ChatIDs
    private(set) var hasCalls = false
    /// Whether a call never got a name: the answer cannot be told rightly any more.
    private(set) var isBroken = false

    init(ids: ChatIDs) {
        self.ids = ids
    }

    mutating func add(_ item: OpenAIResponsesOutputItem, at place: Place) {
        if let at = position(item.kind, place), !items[at].isDone, !items[at].isAdded || (item.id != nil && items[at].id == item.id) {
            items[at].adopt(item)
        } else {
            append(item.kind, place)
            items[items.count - 1].adopt(item)
        }
    }

    mutating func finish(_ item: OpenAIResponsesOutputItem, at place: Place) {
        if let at = position(item.kind, place) {
            if !items[at].isDone { return items[at].finish(with: item) }
            // Said twice, unless a server gives every item the same index.
            if item.id == nil || items[at].id == nil || items[at].id == item.id { return }
        }
        append(item.kind, place)
        items[items.count - 1].finish(with: item)
    }

    /// A piece of an item.
    ///
    /// - Parameter isWhole: whether it repeats what pieces said before; then it may come late.
    mutating func update(_ kind: Item.Kind, at place: Place, isWhole: Bool, _ change: (inout Item) -> Void) {
        if let at = position(kind, place) {
            if !items[at].isDone { return change(&items[at]) }
            if isWhole { return }
        }
        append(kind, place)
        change(&items[items.count - 1])
    }

    /// Gives out what may go.
    mutating func tell(to events: inout [ChatEvent]) {
        while first < items.count {
            if items[first].tell(&ids, to: &events) { hasCalls = true }
            // A server's tool at work has nothing to say, and nobody waits for it.
            guard items[first].isDone || items[first].kind == .other else { return }
            if items[first].isUnnamedCall { isBroken = true }
            first += 1
        }
    }

    /// The answer is over.
    ///
    /// - Parameter output: the whole answer, which counts for items that were not told to their end, if it agrees with what came.
    mutating func finishAll(with output: [OpenAIResponsesOutputItem?]) {
        let agrees = items.enumerated().allSatisfy { at, item in item.index == at && at < output.count && output[at]?.kind == item.kind }
        for at in items.indices where !items[at].isDone { items[at].finish(with: agrees ? output[at] : nil) }
        guard agrees else { return }
        for case let item? in output.dropFirst(items.count) {
            items.append(Item(kind: item.kind, index: items.count, id: item.id))
            items[items.count - 1].finish(with: item)
        }
    }

    /// A new item. Another one at the same place is done with it, as servers say that give every item the same index, or none.
    private mutating func append(_ kind: Item.Kind, _ place: Place) {
        let other = place.index.map { index in items.lastIndex { $0.index == index } } ?? (place.id == nil ? items.indices.last : nil)
        if let other, !items[other].isDone { items[other].finish(with: nil) }
        items.append(Item(kind: kind, index: place.index, id: place.id))
    }

    /// The last item of this kind at this place; where nothing tells a place, the one that is not done.
    private func position(_ kind: Item.Kind, _ place: Place) -> Int? {
        if let index = place.index { return items.lastIndex { $0.index == index && $0.kind == kind } }
        if let id = place.id { return items.lastIndex { $0.id == id && $0.kind == kind } }
        guard let last = items.last, last.kind == kind, !last.isDone else { return nil }
        return items.count - 1
    }
}
