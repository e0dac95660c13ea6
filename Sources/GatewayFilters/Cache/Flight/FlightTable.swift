import Synchronization

/// The flights that are under way, on all workers.
///
/// One table serves all routes and outlives reloads; its lock is taken by misses only, for a look into a dictionary.
package final class FlightTable: Sendable {
    private let flights = Mutex<[CacheKey: Flight]>([:])
    private let budget: FlightBudget

    /// - Parameter bytesMax: what all flights together keep for those who come later; beyond it, answers are passed on without being kept.
    package init(bytesMax: Int) {
        budget = FlightBudget(bytesMax: bytesMax)
    }

    /// Memory that flights hold. For status and tests.
    package var byteCount: Int { budget.byteCount }
    package var count: Int { flights.withLock(\.count) }
    /// Requests that wait for, or read, an answer of a flight that others can still find.
    package var passengerCount: Int { flights.withLock { $0.values.reduce(0) { $0 + $1.seatCount } } }

    /// A seat on the flight for `key`, or a new flight to set out with.
    ///
    /// - Parameter mayFollow: false for a request that wants an answer of its own; its flight is then not in the table.
    func board(_ key: CacheKey, isStreaming: Bool, mayFollow: Bool, limits: FlightLimits) -> (flight: Flight, seat: Int) {
        guard mayFollow else { return (Flight(key: key, isStreaming: isStreaming, limits: limits, budget: budget), 0) }
        return flights.withLock { flights in
            if let flight = flights[key], let seat = flight.board(needsAll: flight.isStreaming != isStreaming) { return (flight, seat) }
            let flight = Flight(key: key, isStreaming: isStreaming, limits: limits, budget: budget)
            flights[key] = flight
            return (flight, 0)
        }
    }

    /// Lets nobody else find the flight.
    func remove(_ flight: Flight) {
        flights.withLock { flights in
            if flights[flight.key] === flight { flights[flight.key] = nil }
        }
    }
}

/// What all flights may keep together. Exact about what is kept; a few chunks may slip over the edge at the same moment.
final class FlightBudget: Sendable {
    private let bytesMax: Int
    private let bytes = Atomic(0)

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    var byteCount: Int { bytes.load(ordering: .relaxed) }
    var hasRoom: Bool { byteCount < bytesMax }

    func add(_ amount: Int) {
        bytes.add(amount, ordering: .relaxed)
    }
}
