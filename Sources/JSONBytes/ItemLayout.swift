/// Keeps the commas of one object or array right while items are taken out and added: told of every item in order.
struct ItemLayout {
    /// Behind the last item seen, or behind the opening bracket.
    var end: Int
    /// Where the items began that were taken out before any was kept.
    private var removedFrom: Int?
    private var hasKept = false

    init(end: Int) { self.end = end }

    /// An item that starts here stays. The caller moves `end` behind it.
    mutating func keep(from start: Int, _ edits: inout JSONEdits) {
        if let first = removedFrom { edits.remove(first..<start) }
        removedFrom = nil
        hasKept = true
    }

    /// An item goes, with the comma before it, or the one behind it when nothing before it stays.
    mutating func remove(_ item: Range<Int>, _ edits: inout JSONEdits) {
        if hasKept { edits.remove(end..<item.upperBound) } else if removedFrom == nil { removedFrom = item.lowerBound }
        end = item.upperBound
    }

    /// The closing bracket has been reached; `items` come before it.
    mutating func close(adding items: [[UInt8]], _ edits: inout JSONEdits) {
        if let first = removedFrom { edits.remove(first..<end) }
        guard !items.isEmpty else { return }
        edits.insert((hasKept ? [.comma] : []) + items.joined(separator: [.comma]), at: end)
    }
}
