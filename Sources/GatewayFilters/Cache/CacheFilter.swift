package import GatewayCore
import HTTPWire

/// Gives a request the answer that an equal one got, or is about to get.
///
/// `x-weir-cache` says what happened, and `age` how old the answer is, in seconds:
/// - `hit`: the answer was kept, or (`age: 0`, `record.sharedFlight`) another request was already waiting for it. No provider tokens were
///   spent: `record.usage` says what the answer once cost, and is not to be counted again wherever `record.isAnsweredFromCache`.
/// - `stale`: the same, but the answer is older than `keep`: a new one is being fetched, or no provider had one.
/// - `negative`: a provider refused an equal request, and would refuse this one.
/// - `miss`: the provider was asked, and the answer is kept if it is whole and went well.
/// - `bypass`: not the cache's business (`CacheKeyRecipe`), or the client sent `Cache-Control: no-store`. Nothing was looked up or kept.
///
/// `Cache-Control: no-cache` is a miss that shares its call with nobody, and whose answer takes the place of the old one.
package struct CacheFilter: Filter {
    private let recipe: CacheKeyRecipe
    private let policy: CachePolicy
    private let determinism: Determinism?
    private let state: CacheState
    private let replay: CacheReplay

    /// - Parameters:
    ///   - policy: how long an answer may be given again; one that was kept for longer is not given on this route.
    ///   - determinism: what requests have to satisfy; nil: nothing.
    ///   - state: may be shared with other routes.
    ///   - converters: for those operations whose answers exist in two forms.
    package init(
        recipe: CacheKeyRecipe, policy: CachePolicy, determinism: Determinism? = nil, state: CacheState,
        converters: [Operation: any AnswerConverter] = [:]
    ) {
        self.recipe = recipe
        self.policy = policy
        self.determinism = determinism
        self.state = state
        replay = CacheReplay(store: state.store, converters: converters)
    }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        let wishes = CacheControl(exchange.request.head.fields)
        // An answer that a limit of this caller's cuts short is nobody else's.
        guard !wishes.forbidsKeeping, exchange.outputTokensMax == nil, determinism?.holds(for: exchange) ?? true,
            let key = recipe.key(for: exchange)
        else {
            tell(.bypass, exchange)
            return try await next(exchange)
        }
        await state.learnPurges(on: exchange.worker)
        if wishes.wantsFresh { return try await fly(key, recipe.meaning(of: exchange), exchange, next, mayFollow: false) }
        if let response = try await found(key, exchange) { return response }
        let meaning = recipe.meaning(of: exchange)
        if let response = try await found(key, meaning, exchange) { return response }
        do {
            return try await fly(key, meaning, exchange, next, mayFollow: true)
        } catch {
            guard let response = await lastResort(key, exchange, after: error) else { throw error }
            return response
        }
    }

    /// Gets on board of the flight for `key`, or sets out with a new one.
    private func fly(
        _ key: CacheKey, _ meaning: CacheKey?, _ exchange: Exchange, _ next: Next, mayFollow: Bool
    ) async throws(GatewayError) -> Response {
        tell(exchange.isRefresh ? .refresh : .miss, exchange)
        let (flight, number) = state.flights.board(
            key, isStreaming: exchange.isStreaming, mayFollow: mayFollow, limits: FlightLimits(keptBytesMax: state.store.entryBytesMax))
        let seat = FlightSeat(number, on: flight, for: exchange)
        if seat.hasSetOut {
            // Since the first look, an equal flight may have come to its end.
            if mayFollow, let answer = await kept(key, exchange), usable(answer, exchange) {
                state.flights.remove(flight)
                flight.end(.dissolved)
                if let response = try await give(answer, key, exchange, .memory) { return response }
                return try await fly(key, meaning, exchange, next, mayFollow: false)
            }
            let tag = PurgeTag(route: recipe.route, caller: exchange.caller?.name, mark: state.marks.latest)
            let destination = CacheDestination(state: state, policy: policy, key: key, meaning: meaning, tag: tag, mayFollow: mayFollow)
            FlightPump(flight, exchange: exchange, next: next, destination: destination).start()
        } else {
            exchange.record.sharedFlight = true
        }
        switch try await seat.outcome() {
        case .response(let response):
            if !seat.hasSetOut, !exchange.isRefresh { tell(seat.hasPaid ? .miss : .hit, exchange) }
            return response
        case .answer(let answer):
            // What is kept may have been turned into the other form already, for somebody else on board.
            let kept = await kept(key, exchange) ?? answer
            if let response = await replay.response(with: kept, key, for: exchange) {
                if !exchange.isRefresh { tell(seat.hasPaid ? .miss : .hit, exchange, age: answer.age(at: exchange.worker.now)) }
                if seat.hasPaid { exchange.record.costAvoided = nil }
                return response
            }
        case .found(let answer):
            exchange.record.sharedFlight = false
            if let response = try await give(answer, key, exchange, .redis) { return response }
        case .unusable:
            if let response = try await found(key, exchange) {
                if seat.hasPaid {
                    tell(.miss, exchange)
                    exchange.record.costAvoided = nil
                }
                return response
            }
        }
        exchange.record.sharedFlight = false
        return try await fly(key, meaning, exchange, next, mayFollow: false)
    }

    // MARK: - What is kept

    private func kept(_ key: CacheKey, _ exchange: Exchange) async -> StoredAnswer? {
        guard let answer = await state.store.answer(for: key, now: exchange.worker.now), state.marks.isValid(answer.about.tag) else { return nil }
        return answer
    }

    /// Whether an answer spares the provider a call. A refresh wants a fresh one.
    private func usable(_ answer: StoredAnswer, _ exchange: Exchange) -> Bool {
        switch policy.standing(of: answer, at: exchange.worker.now) {
        case .fresh: true
        case .refreshable: !exchange.isRefresh
        case .lastResort, .expired: false
        }
    }

    /// - Returns: nil when nothing usable is kept.
    /// - Throws: a refusal that is kept.
    private func found(_ key: CacheKey, _ exchange: Exchange) async throws(GatewayError) -> Response? {
        guard let answer = await kept(key, exchange), usable(answer, exchange) else { return nil }
        return try await give(answer, key, exchange, .memory)
    }

    /// The same for what was kept for a request with this meaning in another format.
    private func found(_ key: CacheKey, _ meaning: CacheKey?, _ exchange: Exchange) async throws(GatewayError) -> Response? {
        guard let meaning, let other = await kept(meaning, exchange)?.alias, other != key, let answer = await kept(other, exchange),
            usable(answer, exchange)
        else { return nil }
        return try await give(answer, key, exchange, .memory)
    }

    /// - Returns: nil when the answer cannot be converted into what the client asked for.
    private func give(_ answer: StoredAnswer, _ key: CacheKey, _ exchange: Exchange, _ tier: CacheTier) async throws(GatewayError) -> Response? {
        let now = exchange.worker.now
        if let body = answer.refusal {
            replay.note(answer, in: exchange)
            tell(.negative, exchange, age: answer.age(at: now), tier)
            throw .upstreamFailed(
                UpstreamFailure(provider: answer.provider ?? "", status: 400, body: body, headers: answer.about.headers))
        }
        guard let response = await replay.response(with: answer, key, for: exchange) else { return nil }
        let isFresh = policy.standing(of: answer, at: now) == .fresh
        tell(isFresh ? .hit : .stale, exchange, age: answer.age(at: now), tier)
        if !isFresh { refresh(key, exchange) }
        return response
    }

    /// An old answer in place of a provider's failure.
    private func lastResort(_ key: CacheKey, _ exchange: Exchange, after error: GatewayError) async -> Response? {
        guard policy.staleIfError > .zero, error.mayBeCoveredUp, !exchange.isRefresh, exchange.cancellation.error == nil,
            let answer = await kept(key, exchange), answer.refusal == nil
        else { return nil }
        let now = exchange.worker.now
        let standing = policy.standing(of: answer, at: now)
        guard standing != .expired, let response = await replay.response(with: answer, key, for: exchange) else { return nil }
        exchange.record.sharedFlight = false
        // Without the cache the request would have failed, at no cost.
        exchange.record.costAvoided = nil
        tell(standing == .fresh ? .hit : .stale, exchange, age: answer.age(at: now), .memory)
        return response
    }

    /// Has the gateway ask for an answer to take the place of one that is too old, unless it does so already.
    private func refresh(_ key: CacheKey, _ exchange: Exchange) {
        let (refreshes, worker) = (state.refreshes, exchange.worker)
        guard refreshes.begin(key, now: worker.now) else { return }
        let hasBegun = worker.refresh(exchange) { succeeded in refreshes.end(key, succeeded: succeeded, now: worker.now) }
        if !hasBegun { refreshes.end(key, succeeded: true, now: worker.now) }
    }

    private func tell(_ outcome: CacheOutcome, _ exchange: Exchange, age: Duration? = nil, _ tier: CacheTier? = nil) {
        exchange.record.cache = outcome
        exchange.record.cacheTier = tier
        exchange.responseHeaders.removeAll { $0.name == "x-weir-cache" || $0.name == "age" }
        exchange.responseHeaders.append(HeaderField("x-weir-cache", outcome.rawValue))
        let age = age ?? (outcome == .hit ? .zero : nil)
        if let age, outcome != .miss { exchange.responseHeaders.append(HeaderField("age", String(age.components.seconds))) }
    }
}
