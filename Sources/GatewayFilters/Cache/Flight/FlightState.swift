import GatewayCore

/// Where a flight stands: what it has received, who is on board and how far each of them has read.
///
/// Pure bookkeeping, under the lock of `Flight`. What changes something returns the tasks to wake, which is done without the lock.
///
/// While everything received so far is kept (`keepsAll`), others may come on board and the whole can be stored. Once it is more than
/// `keptBytesMax`, nobody comes on board any more and what all on board have read is dropped.
///
/// Who is more than `keptBytesMax` behind holds the provider up: seat 0 for as long as it is on board, as it would alone, the others
/// only until patience ends (`endPatience`). From then on, those who are that far behind are overrun.
struct FlightState {
    typealias Waiter = CheckedContinuation<Void, Never>

    private struct Seat {
        /// Waits for the whole answer, to turn it into another form.
        let needsAll: Bool
        var hasSeenHead = false
        /// How many chunks it has read.
        var position = 0
        var bytesRead = 0
        var isOverrun = false
        var waiter: Waiter?
    }

    private let limits: FlightLimits
    /// Seat 0 is that of the request that set out.
    private var seats: [Int: Seat]
    private var nextSeat = 1
    private var payer: Int?
    private var isPaid = false

    private var head: FlightHead?
    private var chunks: [BodyChunk] = []
    /// How many chunks were dropped before those in `chunks`.
    private var droppedCount = 0
    private var bytesReceived = 0
    private(set) var bytesKept = 0
    private(set) var keepsAll = true
    private var ending: FlightEnding?
    private(set) var isAbandoned = false
    /// Whether slow followers hold the provider up.
    private var isPatient = true

    private var version = 0
    private var pumpWaiter: Waiter?
    private var watchWaiter: Waiter?
    private var billWaiter: Waiter?

    init(limits: FlightLimits) {
        self.limits = limits
        seats = [0: Seat(needsAll: false)]
        payer = 0
    }

    var isOver: Bool { ending != nil || isAbandoned }
    var seatCount: Int { seats.count }
}

// What those on board do.
extension FlightState {
    /// - Returns: the number of a seat; nil when nobody can come on board any more.
    mutating func board(needsAll: Bool) -> (Int?, wake: [Waiter]) {
        guard !isOver, keepsAll, head?.isShareable ?? true else { return (nil, []) }
        defer { nextSeat += 1 }
        seats[nextSeat] = Seat(needsAll: needsAll)
        // Who needs all of it waits for no reader, and so the pump must not either.
        return (nextSeat, hasRoom ? takePumpWaiter() : [])
    }

    mutating func look(from number: Int) -> (FlightNews, wake: [Waiter]) {
        guard let seat = seats[number] else { return (.gone, []) }
        if seat.isOverrun { return (.overrun, []) }
        if number != 0, let head, !head.isShareable { return (.unusable, []) }
        if seat.needsAll { return (!isAbandoned && (keepsAll || ending != nil) ? lookAtEnding(number) : .unusable, []) }
        if !seat.hasSeenHead {
            guard let head else { return (lookAtEnding(number), []) }
            seats[number]?.hasSeenHead = true
            return (.head(head, billForHead(number, head.record)), [])
        }
        let index = seat.position - droppedCount
        guard index < chunks.count else { return (lookAtEnding(number), []) }
        let chunk = chunks[index]
        seats[number]?.position += 1
        seats[number]?.bytesRead += chunk.bytes.count
        dropWhatAllHaveRead()
        return (.chunk(chunk), hasRoom ? takePumpWaiter() : [])
    }

    /// - Returns: false when there is news already, and `waiter` was not kept.
    mutating func wait(in number: Int, _ waiter: Waiter, since seen: Int) -> Bool {
        guard seen == version, seats[number] != nil else { return false }
        seats[number]?.waiter = waiter
        return true
    }

    /// Gives up a seat. The flight is abandoned when it was the last one that could still get the answer.
    ///
    /// - Returns: whether the seat has to account for what the flight comes to, because nobody who stays will.
    mutating func leave(_ number: Int) -> (Bool, wake: [Waiter]) {
        guard let seat = seats.removeValue(forKey: number) else { return (false, []) }
        var wake = seat.waiter.map { [$0] } ?? []
        let wasPayer = payer == number
        if wasPayer, !isPaid { payer = seats.keys.min() }
        let wasAbandoned = isAbandoned
        if ending == nil, seats.values.allSatisfy({ $0.isOverrun || ($0.needsAll && !keepsAll) }) {
            isAbandoned = true
            wake += takePumpWaiter() + takeWatchWaiter()
        }
        dropWhatAllHaveRead()
        if hasRoom { wake += takePumpWaiter() }
        let isToPay = !isPaid && (isAbandoned ? !wasAbandoned : ending != nil && wasPayer && seats.isEmpty)
        if isToPay { payer = number }
        return (isToPay, wake)
    }

    /// - Returns: false when the flight has ended, and `waiter` was not kept.
    mutating func waitForBill(_ waiter: Waiter) -> Bool {
        guard ending == nil else { return false }
        billWaiter = waiter
        return true
    }

    mutating func bill(for number: Int) -> FlightBill { billForEnding(number, ending?.record) }

    private mutating func lookAtEnding(_ number: Int) -> FlightNews {
        guard let ending else { return .nothingYet(version: version) }
        if case .dissolved = ending { return .unusable }
        return .ended(ending, billForEnding(number, ending.record))
    }

    private func billForHead(_ number: Int, _ record: RequestRecord) -> FlightBill {
        payer == number ? .everything(record) : .nothing
    }

    private mutating func billForEnding(_ number: Int, _ record: RequestRecord?) -> FlightBill {
        guard payer == number, !isPaid, let record else { return .nothing }
        isPaid = true
        return .everything(record)
    }
}

// What the pump does.
extension FlightState {
    /// Whether more may be received: the fastest reader is near enough, and nobody who is waited for is too far behind. With nobody left
    /// to read there is no room.
    var hasRoom: Bool {
        var fastest: Int?
        for (number, seat) in seats where !seat.isOverrun {
            if seat.needsAll, !keepsAll { continue }
            if isBehind(seat), number == 0 || isPatient { return false }
            fastest = max(fastest ?? 0, seat.needsAll ? bytesReceived : seat.bytesRead)
        }
        guard let fastest else { return false }
        return bytesReceived - fastest <= limits.leadBytesMax
    }

    /// Whether a follower holds the provider up who will be overrun when patience ends.
    var isHeldByFollower: Bool {
        isPatient && seats.contains { $0.key != 0 && !$0.value.isOverrun && isBehind($0.value) }
    }

    /// Waits for slow followers no longer.
    mutating func endPatience() -> [Waiter] {
        isPatient = false
        return hasRoom ? takePumpWaiter() : []
    }

    private func isBehind(_ seat: Seat) -> Bool {
        !seat.needsAll && bytesReceived - seat.bytesRead > limits.keptBytesMax
    }

    mutating func receive(_ head: FlightHead) -> [Waiter] {
        self.head = head
        if !head.isShareable { keepsAll = false }
        return wakeSeats()
    }

    /// - Parameter mayKeep: false when memory for all flights together is spent.
    mutating func receive(_ chunk: BodyChunk, mayKeep: Bool) -> [Waiter] {
        for (number, seat) in seats where number != 0 && isBehind(seat) { seats[number]?.isOverrun = true }
        chunks.append(chunk)
        bytesReceived += chunk.bytes.count
        bytesKept += chunk.bytes.count
        if bytesReceived > limits.keptBytesMax || !mayKeep { keepsAll = false }
        dropWhatAllHaveRead()
        return wakeSeats()
    }

    /// - Returns: false when there is no need to wait, and `waiter` was not kept.
    mutating func waitForRoom(_ waiter: Waiter) -> Bool {
        guard !isAbandoned, !hasRoom else { return false }
        pumpWaiter = waiter
        return true
    }

    /// Everything received; nil when some of it is gone or may not be shared.
    var everything: [BodyChunk]? { keepsAll ? chunks : nil }

    mutating func end(_ ending: FlightEnding) -> [Waiter] {
        guard self.ending == nil else { return [] }
        self.ending = ending
        return wakeSeats() + takeWatchWaiter() + takeBillWaiter()
    }

    /// - Returns: false when the flight is over, and `waiter` was not kept.
    mutating func watch(_ waiter: Waiter) -> Bool {
        guard !isOver else { return false }
        watchWaiter = waiter
        return true
    }

    private mutating func wakeSeats() -> [Waiter] {
        version += 1
        var wake: [Waiter] = []
        for index in seats.indices {
            guard let waiter = seats.values[index].waiter else { continue }
            // Those who wait for the whole are not woken by each part of it.
            if seats.values[index].needsAll, ending == nil, keepsAll { continue }
            seats.values[index].waiter = nil
            wake.append(waiter)
        }
        return wake
    }

    private mutating func takePumpWaiter() -> [Waiter] {
        defer { pumpWaiter = nil }
        return pumpWaiter.map { [$0] } ?? []
    }

    private mutating func takeWatchWaiter() -> [Waiter] {
        defer { watchWaiter = nil }
        return watchWaiter.map { [$0] } ?? []
    }

    private mutating func takeBillWaiter() -> [Waiter] {
        defer { billWaiter = nil }
        return billWaiter.map { [$0] } ?? []
    }

    private mutating func dropWhatAllHaveRead() {
        guard !keepsAll else { return }
        var slowest = droppedCount + chunks.count
        for seat in seats.values where !seat.needsAll && !seat.isOverrun { slowest = min(slowest, seat.position) }
        guard slowest > droppedCount else { return }
        for chunk in chunks.prefix(slowest - droppedCount) { bytesKept -= chunk.bytes.count }
        chunks.removeFirst(slowest - droppedCount)
        droppedCount = slowest
    }
}
