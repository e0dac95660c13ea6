/// Is told when the jobs of a turn have run and before the loop waits.
package protocol TurnEndHandler: AnyObject {
    func turnEnds()
}

/// Who is to be told at the end of a loop's turn: first those that send, so that what several jobs have to send leaves together, then those whose
/// work nobody waits for.
///
/// A send often wakes whoever it is for on another CPU, which costs the sender as much as the send. A peer that is still at work on the first message when the second comes
/// need not be woken again.
struct TurnEnd {
    private var senders: [any TurnEndHandler] = []
    private var others: [any TurnEndHandler] = []
    /// Those of the round under way: two buffers take turns, so that rounds allocate nothing.
    private var batch: [any TurnEndHandler] = []
    private static let keptMax = 1024

    mutating func append(sender: any TurnEndHandler) { senders.append(sender) }
    mutating func append(other: any TurnEndHandler) { others.append(other) }

    /// - Returns: those to be told next, in this order, for `giveBack`; nil when all have been.
    mutating func next() -> [any TurnEndHandler]? {
        var next: [any TurnEndHandler] = []
        swap(&next, &batch)
        if senders.isEmpty { swap(&next, &others) } else { swap(&next, &senders) }
        return next.isEmpty ? nil : next
    }

    mutating func giveBack(_ told: consuming [any TurnEndHandler]) {
        told.removeAll(keepingCapacity: told.count <= Self.keptMax)
        batch = told
    }
}
