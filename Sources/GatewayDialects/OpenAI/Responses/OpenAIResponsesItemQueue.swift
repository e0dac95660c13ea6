/// Brings the items of a streamed answer into order: the oldest that is not done is told on as it comes, the pieces of others wait for their turn.
///
/// OpenAI sends items one after another, so that nothing waits. Items are told apart by `output_index`: some servers behind this format change the ids from
/// event to event.
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
    /// Whether events contradicted one another: the answer cannot be told rightly any more.
    private(set) var isBroken = false

    init(ids: ChatIDs) {
        self.ids = ids
    }

    mutating func add(_ item: OpenAIResponsesOutputItem, at place: Place) {
        if let at = position(place), !items[at].isDone {
            let isSame = items[at].kind == item.kind && (items[at].id == nil || items[at].id == item.id)
            if isSame || (!items[at].isAdded && items[at].kind == item.kind) { return items[at].adopt(item) }
            // A server that gives every item the same index says with a new one that the last is done.
            items[at].finish(with: nil)
        }
        items.append(Item(kind: item.kind, index: place.index, id: item.id))
        items[items.count - 1].adopt(item)
    }

    mutating func finish(_ item: OpenAIResponsesOutputItem, at place: Place) {
        let found = position(place)
        // Said twice.
        if let found, items[found].isDone, items[found].id == item.id || items[found].id == nil { return }
        let at = position(of: item.kind, place, from: found)
        if items[at].kind == item.kind { items[at].finish(with: item) } else { isBroken = true }
    }

    /// A piece of an item.
    ///
    /// - Parameter isWhole: whether it repeats what pieces said before; then it may come late.
    mutating func update(_ kind: Item.Kind, at place: Place, isWhole: Bool, _ change: (inout Item) -> Void) {
        let found = position(place)
        if let found, items[found].isDone {
            if !isWhole { isBroken = true }
            return
        }
        let at = position(of: kind, place, from: found)
        if items[at].kind == kind { change(&items[at]) } else { isBroken = true }
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

    /// The place in `items` for what is of this kind: where it was found and is not done, or a new one.
    private mutating func position(of kind: Item.Kind, _ place: Place, from found: Int?) -> Int {
        if let found, !items[found].isDone { return found }
        items.append(Item(kind: kind, index: place.index, id: place.id))
        return items.count - 1
    }

    private func position(_ place: Place) -> Int? {
        if let index = place.index { return items.lastIndex { $0.index == index } }
        if let id = place.id { return items.lastIndex { $0.id == id } }
        return items.indices.last
    }
}
