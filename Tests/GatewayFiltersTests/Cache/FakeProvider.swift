import GatewayCore

@testable import GatewayFilters
import HTTPWire

/// The rest of the pipeline behind a cache: counts its calls, and answers as a test says.
final class FakeProvider: Sendable {
    enum Answer: Sendable {
        case json(String)
        /// One chunk for each; what starts with `usage` is marked as an event with nothing but token counts.
        case stream([String], ending: GatewayError? = nil)
        case failure(GatewayError)
    }

    let calls = Tally()
    let cancelled = Tally()
    let ends = Tally()
    /// Passed once before the head of an answer, and once before each chunk of a stream and before its end.
    let valve: Valve
    private let answer: @Sendable (Exchange) -> Answer
    private let headers: [HeaderField]
    private let status: Int

    init(
        _ answer: @autoclosure @escaping @Sendable () -> Answer, isOpen: Bool = true, headers: [HeaderField] = [], status: Int = 200
    ) {
        self.answer = { _ in answer() }
        self.headers = headers
        self.status = status
        valve = Valve(isOpen: isOpen)
    }

    init(isOpen: Bool = true, answering answer: @escaping @Sendable (Exchange) -> Answer) {
        self.answer = answer
        headers = []
        status = 200
        valve = Valve(isOpen: isOpen)
    }

    var next: Next { .runs(answer(to:)) }

    private func answer(to exchange: Exchange) async throws(GatewayError) -> Response {
        calls.add()
        exchange.cancellation.onCancel { [cancelled, valve] in
            cancelled.add()
            valve.open()
        }
        exchange.record.attempts.append(Attempt(provider: "openai", model: "gpt-5-mini", status: 200))
        exchange.record.provider = "openai"
        exchange.responseHeaders.append(HeaderField("x-added-inside", "1"))
        await valve.pass()
        if let error = exchange.cancellation.error { throw error }
        return try response(to: exchange)
    }

    private func response(to exchange: Exchange) throws(GatewayError) -> Response {
        switch answer(exchange) {
        case .failure(let error):
            throw error
        case .json(let text):
            exchange.record.usage = Usage(input: 10, output: 5)
            return Response(status: status, headers: headers(type: "application/json"), body: ResponseBody(bytes: Array(text.utf8)))
        case .stream(let pieces, let ending):
            let source = ValvedStream(pieces, ending: ending, valve: valve, exchange: exchange)
            let body = ResponseBody(.stream(source))
            body.onEnd { [ends] _ in ends.add() }
            return Response(status: status, headers: headers(type: "text/event-stream; charset=utf-8"), body: body)
        }
    }

    private func headers(type: String) -> [HeaderField] {
        [HeaderField("content-type", type), HeaderField("x-ratelimit-remaining-requests", "7"), HeaderField("x-request-id", "req_1")] + headers
    }
}

/// A stream whose pieces wait for a valve.
final class ValvedStream: BodySource {
    private var pieces: [String]
    private let ending: GatewayError?
    private let valve: Valve
    private let exchange: Exchange

    init(_ pieces: [String], ending: GatewayError?, valve: Valve, exchange: Exchange) {
        self.pieces = pieces
        self.ending = ending
        self.valve = valve
        self.exchange = exchange
    }

    func next() async throws(GatewayError) -> BodyChunk? {
        await valve.pass()
        if let error = exchange.cancellation.error { throw error }
        guard !pieces.isEmpty else {
            if let ending { throw ending }
            exchange.record.usage = Usage(input: 10, output: 5)
            return nil
        }
        let piece = pieces.removeFirst()
        return BodyChunk(Array(piece.utf8), isUsageOnly: piece.hasPrefix("usage"))
    }

    func cancel() {}
}

/// What one client got.
struct Received: Sendable {
    var text = ""
    var error: GatewayError?
    var headers: [HeaderField] = []
    var record = RequestRecord()

    var cache: String? { headers.first("x-weir-cache") }
    var isHit: Bool { record.cache == .hit }
    /// Whether this request accounts for the provider's tokens.
    var paid: Bool { record.cache != .hit && record.usage != nil }
}

extension CacheFilter {
    /// Sends a request through this filter and reads its answer to the end.
    func ask(_ exchange: Exchange, _ provider: FakeProvider) async -> Received {
        var received = Received()
        do throws(GatewayError) {
            let response = try await handle(exchange, next: provider.next)
            received.headers = response.headers
            received.text = try await response.read()
        } catch {
            received.error = error
        }
        received.headers += exchange.responseHeaders
        received.record = exchange.record
        return received
    }
}

/// A client that asks beside others on its worker, and may leave.
final class FakeClient {
    let exchange: Exchange
    private var outcome: Received?

    init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    func ask(_ filter: CacheFilter, _ provider: FakeProvider) {
        let client = OnOneWorker(value: self)
        exchange.worker.spawn { client.value.outcome = await filter.ask(client.value.exchange, provider) }
    }

    func leave() {
        exchange.cancellation.cancel(.clientGone)
    }

    /// Waits until it has all it will get.
    func received() async -> Received {
        await until { outcome != nil }
        return outcome ?? Received()
    }
}

/// Turns between the two forms by a mark in front, so that a test sees that it was used.
struct FakeConverter: AnswerConverter {
    private let conversions: Tally

    init(_ conversions: Tally = Tally()) {
        self.conversions = conversions
    }

    func stream(fromJSON body: [UInt8]) -> [BodyChunk]? {
        conversions.add()
        let text = String(decoding: body, as: UTF8.self)
        return text.contains("cannot") ? nil : [BodyChunk(Array("streamed ".utf8)), BodyChunk(body)]
    }

    func json(fromStream chunks: [BodyChunk]) -> [UInt8]? {
        conversions.add()
        let text = chunks.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
        return text.contains("cannot") ? nil : Array("joined \(text)".utf8)
    }
}

extension CacheFilter {
    /// With a cache of its own, but for what is kept and who flies.
    init(
        recipe: CacheKeyRecipe, keep: Duration, store: MemoryCacheStore, flights: FlightTable,
        converters: [Operation: any AnswerConverter] = [:]
    ) {
        self.init(
            recipe: recipe, policy: CachePolicy(keep: keep), state: CacheState(store: store, flights: flights), converters: converters)
    }
}
