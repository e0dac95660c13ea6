/// Tells the parts of one request that its client has gone, or that its time is up.
///
/// Belongs to one worker. Handlers run at once, on that worker, in the order they were added, and never twice.
package final class Cancellation {
    package private(set) var error: GatewayError?
    /// The handler added first, which is mostly the only one, and those behind it: one alone needs no list.
    private var first: (id: Int, run: () -> Void)?
    private var others: [(id: Int, run: () -> Void)] = []
    private var nextID = 0

    package init() {}

    package var isCancelled: Bool { error != nil }

    /// Runs `handler` when the request is cancelled; at once if it already is.
    ///
    /// - Returns: a number for `remove`.
    @discardableResult
    package func onCancel(_ handler: @escaping () -> Void) -> Int {
        guard error == nil else {
            handler()
            return -1
        }
        nextID += 1
        if first == nil, others.isEmpty { first = (nextID, handler) } else { others.append((nextID, handler)) }
        return nextID
    }

    package func remove(_ id: Int) {
        if first?.id == id { first = nil } else { others.removeAll { $0.id == id } }
    }

    package func cancel(_ reason: GatewayError) {
        guard error == nil else { return }
        error = reason
        let (earliest, later) = (first, others)
        (first, others) = (nil, [])
        earliest?.run()
        for handler in later { handler.run() }
    }
}
