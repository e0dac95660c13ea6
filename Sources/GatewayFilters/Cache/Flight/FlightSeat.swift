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
    /// Whether this request accounts for the call: it set out, or whoever did has left.
    private(set) var hasPaid = false

    var hasSetOut: Bool { number == 0 }

    init(_ number: Int, on flight: Flight, for exchange: Exchange) {
        self.flight = flight
        self.number = number
        self.exchange = exchange
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
            settle(bill.beforeTheEnd)
            if hasSetOut { add(head.addedHeaders) }
            return .response(try await response(head))
        case .ended(.landed(_, let answer?), let bill):
            settle(bill)
            leave()
            return .answer(answer)
        case .ended(.found(let answer), _):
            leave()
            return .found(answer)
        case .ended(.landed(_, nil), let bill):
            settle(bill)
            leave()
            return .unusable
        case .ended(.dissolved, _), .unusable:
            await cancel()
            return .unusable
        case .ended(.crashed(let error, let headers, _), let bill):
            settle(bill)
            add(headers)
            leave()
            throw error
        case .gone, .chunk, .nothingYet, .overrun:
            await cancel()
            throw exchange.cancellation.error ?? .clientGone
        }
    }

    private func response(_ head: FlightHead) async throws(GatewayError) -> Response {
        let headers = hasSetOut ? head.headers : head.sharedHeaders
        if !hasSetOut {
            exchange.record.provider = head.record.provider
            exchange.record.modelUsed = head.record.modelUsed
            exchange.record.modelLabel = head.record.modelLabel
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
            take(record, bill)
            leave()
            return nil
        case .ended(.crashed(let error, _, let record), let bill):
            take(record, bill)
            leave()
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
        settle(await flight.bill(for: number))
    }

    /// Gives up the seat. May be called more than once.
    private func leave() {
        guard !hasLeft else { return }
        hasLeft = true
        if let cancelHandler { exchange.cancellation.remove(cancelHandler) }
        isToPay = flight.leave(number)
    }

    /// Headers that say what became of the request, each once.
    private func add(_ headers: [HeaderField]) {
        for header in headers where exchange.responseHeaders.first(header.name) == nil { exchange.responseHeaders.append(header) }
    }

    /// The end of an answer that was read as it came: its cost, or what others have paid for it.
    private func take(_ record: RequestRecord, _ bill: FlightBill) {
        exchange.record.usage = record.usage
        if case .nothing = bill, !hasPaid { exchange.record.costAvoided = record.costOfAnswer }
        settle(bill)
    }

    /// Puts into the request's record what the flight cost, if this request is the one to account for it.
    private func settle(_ bill: FlightBill) {
        switch bill {
        case .nothing:
            return
        case .usage(let record):
            exchange.record.usage = record.usage
            exchange.record.cost = record.cost
        case .everything(let record):
            exchange.record.takeCosts(from: record)
        }
        hasPaid = true
        exchange.record.cache = exchange.isRefresh ? .refresh : .miss
    }
}

extension RequestRecord {
    /// What a flight found out while it ran in this request's place. A flight that the request set out with knows what it had come to before.
    fileprivate mutating func takeCosts(from flight: RequestRecord) {
        provider = flight.provider
        modelUsed = flight.modelUsed
        modelLabel = flight.modelLabel
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
