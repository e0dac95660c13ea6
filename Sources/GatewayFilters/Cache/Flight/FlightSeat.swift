import GatewayCore
import HTTPWire

/// One request on board of a flight: it reads at its own pace, and leaves when its client does.
///
/// Belongs to its request's worker.
final class FlightSeat: BodySource {
    /// What a flight came to for one of those on board.
    enum Outcome {
        case response(Response)
        /// The whole answer, for a request that asked for it in the other form.
        case answer(StoredAnswer)
        /// What another process had kept; the provider was not asked.
        case found(StoredAnswer)
        /// This request needs an answer of its own.
        case unusable
    }

    private let flight: Flight
    private let number: Int
    private let exchange: Exchange
    private var cancelHandler: Int?
    private var hasLeft = false
    /// Whether nobody else accounts for what the flight, which this seat left last, comes to.
    private var isToPay = false
    /// Whether the last word of the bill has been said.
    private var isSettled = false
    /// What the request had come to before it came on board.
    private let before: RequestRecord
    /// Whether this request accounts for the call: it set out, or whoever did has left.
    private(set) var hasPaid = false

    var hasSetOut: Bool { number == 0 }

    init(_ number: Int, on flight: Flight, for exchange: Exchange) {
        self.flight = flight
        self.number = number
        self.exchange = exchange
        before = exchange.record
        cancelHandler = exchange.cancellation.onCancel { [weak self] in self?.leave() }
        if exchange.cancellation.isCancelled { leave() }
    }

    deinit {
        leave()
    }

    /// Waits for the answer to begin or, for a request that wants it in the other form, to be whole.
    ///
    /// - Throws: what the flight failed with before it had an answer; the cancellation's error.
    func outcome() async throws(GatewayError) -> Outcome {
        switch await flight.news(for: number) {
        case .head(let head, let bill):
            settle(bill)
            if hasSetOut { add(head.addedHeaders) }
            return .response(try await response(head))
        case .ended(.landed(_, let answer), let bill):
            await end(bill)
            return answer.map { .answer($0) } ?? .unusable
        case .ended(.found(let answer), let bill):
            await end(bill)
            return .found(answer)
        case .ended(.dissolved, _), .unusable:
            await cancel()
            return .unusable
        case .ended(.crashed(let error, let headers, _), let bill):
            await end(bill)
            add(headers)
            throw error
        case .gone, .chunk, .nothingYet, .overrun:
            await cancel()
            throw exchange.cancellation.error ?? .clientGone
        }
    }

    private func response(_ head: FlightHead) async throws(GatewayError) -> Response {
        let headers = hasSetOut ? head.headers : head.sharedHeaders
        if !hasSetOut {
            exchange.record.nameTarget(of: head.record)
        }
        guard !head.isStream else {
            let body = ResponseBody(.stream(self))
            body.onEnd { [weak self] _ in self?.leave() }
            return Response(status: head.status, headers: headers, body: body)
        }
        var bytes: [UInt8] = []
        while let chunk = try await next() { bytes = bytes.isEmpty ? chunk.bytes : bytes + chunk.bytes }
        return Response(status: head.status, headers: headers, body: ResponseBody(bytes: bytes))
    }

    func next() async throws(GatewayError) -> BodyChunk? {
        switch await flight.news(for: number) {
        case .chunk(let chunk):
            return chunk
        case .ended(.landed(let record, _), let bill):
            await take(record, bill)
            return nil
        case .ended(.crashed(let error, _, let record), let bill):
            await take(record, bill)
            throw error
        case .overrun:
            await cancel()
            throw .overloaded(reason: "this client reads an answer that it shares with others too slowly.")
        case .gone, .head, .nothingYet, .unusable, .ended(.dissolved, _), .ended(.found, _):
            await cancel()
            throw exchange.cancellation.error ?? .clientGone
        }
    }

    func cancel() async {
        leave()
        guard isToPay else { return }
        isToPay = false
        await end(flight.bill(for: number))
    }

    /// The last word of the bill, for this seat.
    private func end(_ bill: FlightBill) async {
        settle(bill)
        isSettled = true
        await cancel()
    }

    /// Gives up the seat. May be called more than once.
    private func leave() {
        guard !hasLeft else { return }
        hasLeft = true
        if let cancelHandler { exchange.cancellation.remove(cancelHandler) }
        isToPay = flight.leave(number)
        if hasPaid, !isSettled, !isToPay { handOn() }
    }

    /// Somebody who stays accounts for the flight: this request has shared another's call.
    private func handOn() {
        hasPaid = false
        exchange.record.takeCosts(from: before)
        exchange.record.sharedFlight = true
        if !exchange.isRefresh { exchange.record.cache = .hit }
    }

    /// Headers that say what became of the request, each once.
    private func add(_ headers: [HeaderField]) {
        for header in headers where exchange.responseHeaders.first(header.name) == nil { exchange.responseHeaders.append(header) }
    }

    /// The end of an answer that was read as it came: its cost, or what others have paid for it.
    private func take(_ record: RequestRecord, _ bill: FlightBill) async {
        exchange.record.usage = record.usage
        if case .nothing = bill, !hasPaid { exchange.record.costAvoided = record.costOfAnswer }
        await end(bill)
    }

    /// Puts into the request's record what the flight cost, if this request is the one to account for it.
    private func settle(_ bill: FlightBill) {
        guard case .everything(let record) = bill else { return }
        exchange.record.nameTarget(of: record)
        exchange.record.takeCosts(from: record)
        exchange.record.costAvoided = nil
        hasPaid = true
        exchange.record.cache = exchange.isRefresh ? .refresh : .miss
    }
}

extension RequestRecord {
    fileprivate mutating func nameTarget(of flight: RequestRecord) {
        provider = flight.provider
        modelUsed = flight.modelUsed
        modelLabel = flight.modelLabel
    }

    /// What a flight found out while it ran in this request's place. A flight that the request set out with knows what it had come to before.
    fileprivate mutating func takeCosts(from flight: RequestRecord) {
        attempts = flight.attempts
        retries = flight.retries
        fallbacks = flight.fallbacks
        usage = flight.usage
        firstByteAt = firstByteAt ?? flight.firstByteAt
        upstreamTime = flight.upstreamTime
        cost = flight.cost
        price = flight.price
        baseline = flight.baseline
    }
}
