/// Is told when the jobs of a turn have run and before the loop waits.
package protocol TurnEndHandler: AnyObject {
    func turnEnds()
}

/// Who is to be told at the end of a loop's turn: first those that send, so that what several jobs have to send leaves together, then those
/// whose work nobody waits for.
///
/// A send often wakes whoever it is for on another CPU, which costs the sender as much as the send. A peer that is still at work on the
/// first message when the second comes need not be woken again.
struct TurnEnd {
    private var senders: [any TurnEndHandler] = []
    private var others: [any TurnEndHandler] = []
    /// Takes turns with those two, so that rounds allocate nothing.
    private var spare: [any TurnEndHandler] = []
    private static let keptMax = 1024

    /// The room that is kept for the next turns.
    var capacity: Int { senders.capacity + others.capacity + spare.capacity }

    mutating func append(sender: any TurnEndHandler) { senders.append(sender) }
    mutating func append(other: any TurnEndHandler) { others.append(other) }

    /// - Returns: those to be told now, for `giveBack`; nil for none.
    mutating func takeSenders() -> [any TurnEndHandler]? { Self.take(&senders, leaving: &spare) }

    /// - Returns: those to be told now, for `giveBack`; nil for none.
    mutating func takeOthers() -> [any TurnEndHandler]? { Self.take(&others, leaving: &spare) }

    private static func take(_ handlers: inout [any TurnEndHandler], leaving spare: inout [any TurnEndHandler]) -> [any TurnEndHandler]? {
        guard !handlers.isEmpty else { return nil }
        var taken: [any TurnEndHandler] = []
        swap(&taken, &handlers)
        swap(&handlers, &spare)
        return taken
    }

    /// - Parameter told: empty: what handlers' ends do may come back here.
    mutating func giveBack(_ told: consuming [any TurnEndHandler]) {
        if told.capacity <= Self.keptMax { spare = told }
    }
}
