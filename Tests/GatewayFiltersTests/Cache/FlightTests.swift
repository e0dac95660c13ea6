import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A flight", .timeLimit(.minutes(10)))
struct FlightTests {
    private let budget = FlightBudget(bytesMax: 1 << 20)

    private func flight(kept: Int = 1000, lead: Int = 100) -> Flight {
        Flight(key: CacheKey(of: []), isStreaming: true, limits: FlightLimits(keptBytesMax: kept, leadBytesMax: lead), budget: budget)
    }

    private func head(_ headers: [HeaderField] = []) -> FlightHead {
        FlightHead(status: 200, headers: headers, isStream: true, addedHeaders: [], record: RequestRecord())
    }

    private func chunk(_ count: Int, of byte: UInt8 = 0) -> BodyChunk { BodyChunk([UInt8](repeating: byte, count: count)) }

    /// Adds a part of the answer, and waits until more may come.
    private func receive(_ chunk: BodyChunk, on flight: Flight?) async {
        _ = flight?.receive(chunk)
        await flight?.waitForRoom()
    }

    /// Feeds chunks of 100 bytes from a worker of its own, counting those that were taken.
    private func feed(_ flight: Flight, _ count: Int, taken: Tally) {
        Task {
            flight.receive(head())
            for _ in 0..<count {
                await receive(chunk(100), on: flight)
                taken.add()
            }
        }
    }

    @Test func `lets the provider get ahead of its fastest reader by no more than it may`() async {
        let flight = flight(kept: 10_000, lead: 300)
        let taken = Tally()
        let slow = flight.board(needsAll: false)
        feed(flight, 20, taken: taken)
        #expect(slow == 1)
        _ = await flight.news(for: 0)

        for read in 0..<10 {
            // 300 bytes may lie ahead: the chunk that makes it 400 is received, and holds the provider up.
            await until { taken.value == read + 3 }
            for _ in 0..<50 { await Task.yield() }
            #expect(taken.value == read + 3)
            #expect(await flight.news(for: 0).bytes == 100)
        }

        flight.leave(0)
        flight.leave(1)
        await until { taken.value == 20 }
    }

    @Test func `goes on without a reader that left, and stops when the last one has`() async {
        let flight = flight(kept: 10_000, lead: 300)
        let taken = Tally()
        guard let other = flight.board(needsAll: false) else { return #expect(Bool(false)) }
        feed(flight, 4, taken: taken)
        await until { taken.value == 3 }

        flight.leave(other)
        #expect(!flight.isAbandoned)
        flight.leave(0)

        await until { taken.value == 4 }
        #expect(flight.isAbandoned)
        #expect(flight.board(needsAll: false) == nil)
        await flight.waitUntilOver()
    }

    @Test func `waits for a reader that falls far behind another, and fails only that one when patience ends`() async {
        let flight = flight(kept: 500, lead: 500)
        let slow = flight.board(needsAll: false) ?? -1
        let taken = Tally()
        feed(flight, 20, taken: taken)
        let fast = Task {
            var bytes = 0
            while let more = await flight.news(for: 0).bytes { bytes += more }
            return bytes
        }
        _ = await flight.news(for: slow)
        // The sixth chunk makes the slow one 600 bytes late.
        await until { taken.value == 5 }
        for _ in 0..<50 { await Task.yield() }
        #expect(taken.value == 5)
        #expect(await flight.news(for: slow).bytes == 100)
        await until { taken.value == 6 }

        flight.endPatience()

        await until { taken.value == 20 }
        flight.end(.landed(RequestRecord(), answer: nil))
        #expect(await fast.value == 2000)
        guard case .overrun = await flight.news(for: slow) else { return #expect(Bool(false), "it was not told") }
        flight.leave(slow)
    }

    @Test func `waits for the reader that set out for as long as it stays, whoever else reads`() async {
        let flight = flight(kept: 500, lead: 500)
        let follower = flight.board(needsAll: false) ?? -1
        let taken = Tally()
        feed(flight, 20, taken: taken)
        let fast = Task { while await flight.news(for: follower).bytes != nil {} }
        flight.endPatience()
        _ = await flight.news(for: 0)

        for read in 0..<15 {
            await until { taken.value == read + 5 }
            for _ in 0..<50 { await Task.yield() }
            #expect(taken.value == read + 5)
            #expect(await flight.news(for: 0).bytes == 100)
        }

        flight.leave(0)
        await until { taken.value == 20 }
        flight.end(.landed(RequestRecord(), answer: nil))
        await fast.value
    }

    @Test func `says when a follower holds the provider up, and only then`() {
        let flight = flight(kept: 200, lead: 200)
        flight.receive(head())
        #expect([100, 100, 100].map { flight.receive(chunk($0)) } == [false, false, false], "nobody but the one that set out is on board")
        flight.leave(0)

        let other = self.flight(kept: 200, lead: 200)
        _ = other.board(needsAll: false)
        other.receive(head())
        #expect([100, 100, 100].map { other.receive(chunk($0)) } == [false, false, true])
        other.endPatience()
        #expect(!other.receive(chunk(100)))
    }

    @Test func `keeps no more than it may, once all have read what it drops`() async {
        var flight: Flight? = flight(kept: 500, lead: 500)
        flight?.receive(head())
        _ = await flight?.news(for: 0)
        for _ in 0..<100 {
            await receive(chunk(100), on: flight)
            _ = await flight?.news(for: 0)
            #expect(budget.byteCount <= 600)
        }

        #expect(flight?.everything == nil)
        #expect(flight?.board(needsAll: false) == nil, "who comes now would miss the beginning")
        #expect(budget.byteCount == 0)
        await receive(chunk(100), on: flight)
        #expect(budget.byteCount == 100)
        flight = nil
        #expect(budget.byteCount == 0)
    }

    @Test func `keeps nothing for later when all flights together hold what they may`() async {
        let flight = flight()
        budget.add(1 << 20)
        flight.receive(head())

        await receive(chunk(10), on: flight)

        #expect(flight.everything == nil)
        #expect(flight.board(needsAll: false) == nil)
        _ = await flight.news(for: 0)
        #expect(await flight.news(for: 0).bytes == 10)
        budget.add(-1 << 20)
        #expect(budget.byteCount == 0)
    }

    @Test func `sends those who need the whole away when it gets too large, and not before`() async {
        let flight = flight(kept: 250, lead: 250)
        let whole = flight.board(needsAll: true) ?? -1
        let answer = Task { await flight.news(for: whole) }
        flight.receive(head())
        _ = await flight.news(for: 0)
        for _ in 0..<3 {
            await receive(chunk(100), on: flight)
            _ = await flight.news(for: 0)
        }

        guard case .unusable = await answer.value else { return #expect(Bool(false)) }
        flight.leave(whole)
        #expect(!flight.isAbandoned)
    }

    @Test func `does not wait for readers while one needs the whole and it still fits`() async {
        let flight = flight(kept: 1000, lead: 100)
        _ = flight.board(needsAll: true)
        let taken = Tally()

        feed(flight, 10, taken: taken)

        await until { taken.value == 10 }
    }

    @Test func `goes on for one that needs the whole although its only reader has stopped`() async {
        let flight = flight(kept: 1000, lead: 100)
        let taken = Tally()
        feed(flight, 10, taken: taken)
        await until { taken.value == 1 }

        _ = flight.board(needsAll: true)

        await until { taken.value == 10 }
    }

    @Test func `is given up when only readers are left that cannot get the answer any more`() async {
        let flight = flight(kept: 100, lead: 100)
        let overrun = flight.board(needsAll: false) ?? -1
        flight.receive(head())
        flight.endPatience()
        _ = await flight.news(for: 0)
        for _ in 0..<5 {
            await receive(chunk(100), on: flight)
            _ = await flight.news(for: 0)
        }

        flight.leave(0)

        #expect(flight.isAbandoned)
        guard case .overrun = await flight.news(for: overrun) else { return #expect(Bool(false)) }
    }

    @Test func `takes a chunk larger than all it may keep`() async {
        let flight = flight(kept: 10, lead: 10)
        let reader = Task {
            var sizes: [Int] = []
            while let size = await flight.news(for: 0).bytes { sizes.append(size) }
            return sizes
        }
        flight.receive(head())
        for _ in 0..<3 { await receive(chunk(5000), on: flight) }
        flight.end(.landed(RequestRecord(), answer: nil))

        #expect(await reader.value == [0, 5000, 5000, 5000])
    }

    @Test func `charges exactly one of its readers, whoever stays`() async {
        for leavers in [[], [0], [0, 1], [2], [0, 2]] {
            let flight = flight()
            let seats = [0] + (0..<3).compactMap { _ in flight.board(needsAll: false) }
            flight.receive(head())
            for seat in seats { _ = await flight.news(for: seat) }
            for seat in leavers { flight.leave(seat) }
            flight.end(.landed(RequestRecord(), answer: nil))

            var charged: [Int] = []
            for seat in seats where !leavers.contains(seat) {
                if case .ended(_, let bill) = await flight.news(for: seat), bill.isCharged { charged.append(seat) }
                flight.leave(seat)
            }

            #expect(charged == [seats.first { !leavers.contains($0) }])
        }
    }

    @Test func `charges who leaves last, also after its end, and nobody twice`() async {
        for order in [[0, 1], [1, 0]] {
            for readsHead in [false, true] {
                for endsFirst in [false, true] {
                    let flight = flight()
                    _ = flight.board(needsAll: false)
                    flight.receive(head())
                    for seat in order where readsHead { _ = await flight.news(for: seat) }
                    _ = flight.receive(chunk(10))
                    if endsFirst { flight.end(.landed(RequestRecord(), answer: nil)) }

                    #expect(!flight.leave(order[0]))
                    #expect(flight.leave(order[1]))
                    if !endsFirst { flight.end(.crashed(.clientGone, addedHeaders: [], RequestRecord())) }

                    #expect(await flight.bill(for: order[1]).isCharged)
                    #expect(await !flight.bill(for: order[1]).isCharged)
                }
            }
        }
    }

    @Test func `does not charge who leaves after somebody has read to the end`() async {
        let flight = flight()
        let other = flight.board(needsAll: false) ?? -1
        flight.receive(head())
        _ = await flight.news(for: 0)
        flight.end(.landed(RequestRecord(), answer: nil))
        guard case .ended(_, let bill) = await flight.news(for: 0) else { return #expect(Bool(false), "it has ended") }
        #expect(bill.isCharged)

        #expect(!flight.leave(0))
        #expect(!flight.leave(other))
    }

    @Test func `sends those who need the whole away, and not with the error of those who gave it up`() async {
        let flight = flight(kept: 100)
        let seat = flight.board(needsAll: true) ?? -1
        flight.receive(head())
        _ = flight.receive(chunk(200))
        flight.leave(0)
        flight.end(.crashed(.clientGone, addedHeaders: [], RequestRecord()))

        guard case .unusable = await flight.news(for: seat) else { return #expect(Bool(false), "its answer is lost to it, and it has not failed") }
        #expect(!flight.leave(seat), "who gave it up has paid")
    }
}

extension FlightNews {
    /// Bytes of a chunk, 0 for a head; nil when nothing follows.
    fileprivate var bytes: Int? {
        switch self {
        case .head: 0
        case .chunk(let chunk): chunk.bytes.count
        default: nil
        }
    }
}

extension FlightBill {
    fileprivate var isCharged: Bool {
        if case .nothing = self { false } else { true }
    }
}
