package import GatewayCore
import HTTPWire

/// Gives a request the answer that an equal one got, or is about to get.
///
/// `x-weir-cache` says what happened, and `age` how old the answer is, in seconds:
/// - `hit`: the answer was kept, or (`age: 0`, `record.sharedFlight`) another request was already waiting for it. No provider tokens were
///   spent: `record.usage` says what the answer once cost, and is not to be counted again wherever `record.cache` is `hit`.
/// - `miss`: the provider was asked, and the answer is kept if it is whole and went well.
/// - `bypass`: not the cache's business (`CacheKeyRecipe`), or the client sent `Cache-Control: no-store`. Nothing was looked up or kept.
///
/// `Cache-Control: no-cache` is a miss that shares its call with nobody, and whose answer takes the place of the old one.
package struct CacheFilter: Filter {
    private let recipe: CacheKeyRecipe
    private let keep: Duration
    private let store: any CacheStore
    private let flights: FlightTable
    private let converters: [Operation: any AnswerConverter]

    /// - Parameters:
    ///   - keep: how long an answer may be given again; one that was kept for longer is not given on this route.
    ///   - store: may be shared with other routes, like `flights`.
    ///   - converters: for those operations whose answers exist in two forms.
    package init(
        recipe: CacheKeyRecipe, keep: Duration, store: any CacheStore, flights: FlightTable, converters: [Operation: any AnswerConverter] = [:]
    ) {
        self.recipe = recipe
        self.keep = keep
        self.store = store
        self.flights = flights
        self.converters = converters
    }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        let wishes = CacheControl(exchange.request.head.fields)
        // An answer that a limit of this caller's cuts short is nobody else's.
        guard !wishes.forbidsKeeping, exchange.outputTokensMax == nil, let key = recipe.key(for: exchange) else {
            tell(.bypass, exchange)
            return try await next(exchange)
        }
        if wishes.wantsFresh { return try await fly(key, exchange, next, mayFollow: false) }
        if let response = await hit(key, exchange) { return response }
        return try await fly(key, exchange, next, mayFollow: true)
    }

    /// Gets on board of the flight for `key`, or sets out with a new one.
    private func fly(_ key: CacheKey, _ exchange: Exchange, _ next: Next, mayFollow: Bool) async throws(GatewayError) -> Response {
        tell(.miss, exchange)
        let (flight, number) = flights.board(
            key, isStreaming: exchange.isStreaming, mayFollow: mayFollow, limits: FlightLimits(keptBytesMax: store.entryBytesMax))
        let seat = FlightSeat(number, on: flight, for: exchange)
        if seat.hasSetOut {
            // Since the first look, an equal flight may have come to its end.
            if mayFollow, let response = await hit(key, exchange) {
                flights.remove(flight)
                flight.end(.dissolved)
                return response
            }
            FlightPump(flight, exchange: exchange, next: next, destination: .init(store: store, keep: keep, table: flights)).start()
        } else {
            exchange.record.sharedFlight = true
        }
        switch try await seat.outcome() {
        case .response(let response):
            if !seat.hasSetOut { tell(seat.hasPaid ? .miss : .hit, exchange) }
            return response
        case .answer(let answer):
            // What is kept may have been turned into the other form already, for somebody else on board.
            let kept = await store.answer(for: key, now: exchange.worker.now)
            if let response = await replay(kept ?? answer, key, for: exchange) {
                if seat.hasPaid { tell(.miss, exchange) }
                return response
            }
        case .unusable:
            if let response = await hit(key, exchange) { return response }
        }
        exchange.record.sharedFlight = false
        return try await fly(key, exchange, next, mayFollow: false)
    }

    /// - Returns: nil when nothing usable is kept.
    private func hit(_ key: CacheKey, _ exchange: Exchange) async -> Response? {
        let now = exchange.worker.now
        guard let answer = await store.answer(for: key, now: now), answer.age(at: now) < keep else { return nil }
        return await replay(answer, key, for: exchange)
    }

    /// The answer in the form the client asked for: to the byte as it was received, or converted.
    ///
    /// - Returns: nil when it cannot be converted.
    private func replay(_ answer: StoredAnswer, _ key: CacheKey, for exchange: Exchange) async -> Response? {
        let isAsReceived = answer.content.isStream == exchange.isStreaming
        guard let content = isAsReceived ? answer.content : await converted(answer, key, for: exchange) else { return nil }
        let response =
            switch content {
            case .json(let bytes):
                Response(status: 200, headers: answer.headers(type: isAsReceived ? nil : "application/json"), body: ResponseBody(bytes: bytes))
            case .stream(let chunks):
                Response(
                    status: 200, headers: answer.headers(type: isAsReceived ? nil : "text/event-stream; charset=utf-8"),
                    body: ResponseBody(.stream(ReplayBody(chunks))))
            }
        exchange.record.provider = answer.provider
        exchange.record.modelUsed = answer.modelUsed
        exchange.record.modelLabel = answer.modelLabel
        exchange.record.usage = answer.usage
        tell(.hit, exchange, age: answer.age(at: exchange.worker.now))
        return response
    }

    /// The other form of an answer, made for the first who asks for it and kept beside the one that was received.
    private func converted(_ answer: StoredAnswer, _ key: CacheKey, for exchange: Exchange) async -> StoredAnswer.Content? {
        if let converted = answer.converted { return converted }
        guard let content = converters[exchange.operation]?.otherForm(of: answer.content) else { return nil }
        await store.replace(answer, with: StoredAnswer(answer, converted: content), for: key)
        return content
    }

    private func tell(_ outcome: CacheOutcome, _ exchange: Exchange, age: Duration = .zero) {
        exchange.record.cache = outcome
        exchange.responseHeaders.removeAll { $0.name == "x-weir-cache" || $0.name == "age" }
        exchange.responseHeaders.append(HeaderField("x-weir-cache", outcome.rawValue))
        if outcome == .hit { exchange.responseHeaders.append(HeaderField("age", String(age.components.seconds))) }
    }
}

extension StoredAnswer {
    /// - Parameter type: of a converted answer; nil leaves the headers as they were received.
    fileprivate func headers(type: String?) -> [HeaderField] {
        guard let type else { return headers }
        return headers.filter { $0.name != "content-type" && $0.name != "cache-control" && $0.name != "x-accel-buffering" }
            + [HeaderField("content-type", type)]
    }
}

extension AnswerConverter {
    fileprivate func otherForm(of content: StoredAnswer.Content) -> StoredAnswer.Content? {
        switch content {
        case .json(let body): stream(fromJSON: body).map { .stream($0) }
        case .stream(let chunks): json(fromStream: chunks).map { .json($0) }
        }
    }
}
