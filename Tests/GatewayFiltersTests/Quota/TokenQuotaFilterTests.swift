import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The quota filter, with limits of tokens and money")
struct TokenQuotaFilterTests {
    private let store = MemoryQuotaStore()
    private let history = OutputHistory()

    private func filter(_ limits: [QuotaLimit]) -> QuotaFilter {
        QuotaFilter(
            limits: limits, route: "chat", models: ["fast"], store: store, history: history,
            cost: { model, usage in model == nil ? nil : Money(nanodollars: usage.input * 1000 + usage.output * 4000) })
    }

    private func tokens(
        _ count: Int, _ weights: QuotaWeights = .total, onExceed: QuotaLimit.OnExceed = .reject, isShadow: Bool = false, chargesCached: Bool = false,
        name: String = "tokens"
    ) -> QuotaLimit {
        QuotaLimit(
            name: name, allowance: QuotaAllowance(.tokens(weights), count, .sliding(.seconds(60))), each: .everyone, onExceed: onExceed,
            isShadow: isShadow, chargesCached: chargesCached)
    }

    private func money(_ nanodollars: Int, onExceed: QuotaLimit.OnExceed = .reject) -> QuotaLimit {
        QuotaLimit(
            name: "money", allowance: QuotaAllowance(.money, nanodollars, .calendar(CalendarWindow(unit: .month))), each: .everyone,
            onExceed: onExceed)
    }

    /// What is left of a limit.
    private func left(of limit: QuotaLimit) -> Int {
        let key = QuotaKey(counter: limit.counterName, subject: .everyone)
        let demand = QuotaDemand(key: key, allowance: limit.allowance, amount: 0)
        return store.take([demand], now: .now, unix: 1_790_000_000).snapshots[0].remaining
    }

    /// A request whose answer may have `output` tokens.
    private func request(output: Int? = nil, streaming: Bool = false, caller: String? = nil) -> Exchange {
        let cap = output.map { #","max_tokens":\#($0)"# } ?? ""
        let body = #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]\#(cap)}"#
        let exchange = Exchange.sample(body: body, streaming: streaming, caller: caller.map { Caller(name: $0) })
        exchange.bodyScan = try? exchange.scan(Array(body.utf8))
        return exchange
    }

    private func uses(_ usage: Usage?, cost: Money? = nil, cache: CacheOutcome? = nil) -> Next {
        .runs { exchange in
            exchange.record.usage = usage
            exchange.record.cost = cost
            exchange.record.cache = cache
            exchange.record.attempts.append(Attempt(provider: "p", model: "m"))
            return Response(status: 200, headers: [], body: ResponseBody(bytes: Array("{}".utf8)))
        }
    }

    private func run(_ filter: QuotaFilter, _ exchange: Exchange, _ next: Next, end: BodyEnd = .finished) async throws {
        let response = try await filter.handle(exchange, next: next)
        response.body.end(end)
    }

    @Test func `counts what the provider counted, not what was foreseen`() async throws {
        let limit = tokens(10_000)

        try await run(filter([limit]), request(output: 4000), uses(Usage(input: 70, output: 30)))

        #expect(left(of: limit) == 9900)
    }

    @Test func `holds what the client's own limit allows while the answer is open`() async throws {
        let limit = tokens(10_000)

        let response = try await filter([limit]).handle(request(output: 4000), next: uses(nil))

        #expect((5900..<6000).contains(left(of: limit)))
        response.body.end(.cancelled)
        #expect((9900..<10_000).contains(left(of: limit)))
    }

    @Test func `counts input, output and weighted tokens apart`() async throws {
        let limits = [
            tokens(1000, .inputOnly, name: "in"), tokens(1000, .outputOnly, name: "out"),
            tokens(1000, QuotaWeights(input: 1000, output: 5000, cachedInput: 100), name: "weighted"),
        ]

        try await run(filter(limits), request(output: 10), uses(Usage(input: 100, output: 20, cachedInput: 50)))

        #expect(limits.map(left) == [900, 980, 1000 - 50 - 5 - 100])
    }

    @Test(arguments: [BodyEnd.failed(.upstreamCut(provider: "p")), .cancelled])
    func `counts what was used of an answer that was cut or given up`(end: BodyEnd) async throws {
        let limit = tokens(10_000)

        try await run(filter([limit]), request(output: 4000), uses(Usage(input: 70, output: 12, isComplete: false)), end: end)

        #expect(left(of: limit) == 9918)
    }

    @Test func `counts the input of an answer that was given up before anybody counted`() async throws {
        let limit = tokens(10_000)
        let exchange = request(output: 4000)

        try await run(filter([limit]), exchange, uses(nil), end: .cancelled)

        #expect(left(of: limit) == 10_000 - InputEstimate.tokens(of: exchange.request.body))
    }

    @Test func `counts nothing for a request that no provider was asked for`() async throws {
        let limit = tokens(10_000)

        await #expect(throws: GatewayError.self) { try await run(filter([limit]), request(), .fails(.modelUnknown(model: "x"))) }
        await #expect(throws: GatewayError.self) { try await run(filter([limit]), request(), .fails(.upstreamUnreachable(provider: "p"))) }
        await #expect(throws: GatewayError.self) { try await run(filter([limit]), request(), .fails(.clientGone)) }

        #expect(left(of: limit) == 10_000)
    }

    @Test func `counts the input when a provider that was asked may bill it`() async throws {
        let limit = tokens(10_000)
        let exchange = request()
        let timeout = GatewayError.upstreamTimedOut(provider: "p", phase: .firstByte, afterMilliseconds: 5)

        await #expect(throws: timeout) {
            try await run(
                filter([limit]), exchange,
                .runs { exchange throws(GatewayError) in
                    exchange.record.attempts.append(Attempt(provider: "p", model: "m"))
                    throw timeout
                })
        }

        #expect(left(of: limit) == 10_000 - InputEstimate.tokens(of: exchange.request.body))
    }

    @Test(arguments: [(false, 1000), (true, 900)])
    func `counts answers from the cache only where it is told to`(charges: Bool, expected: Int) async throws {
        let limit = tokens(1000, chargesCached: charges)

        try await run(filter([limit]), request(output: 100), uses(Usage(input: 70, output: 30), cache: .hit))

        #expect(left(of: limit) == expected)
    }

    @Test func `counts the money that the record says, or else the dearest target's`() async throws {
        let limit = money(10_000_000)

        try await run(filter([limit]), request(output: 10), uses(Usage(input: 100, output: 10), cost: Money(nanodollars: 1234)))
        #expect(left(of: limit) == 10_000_000 - 1234)

        try await run(filter([limit]), request(output: 10), uses(Usage(input: 100, output: 10)))
        #expect(left(of: limit) == 10_000_000 - 1234 - 140_000)
    }

    @Test func `refuses what may come to more than is left, as a limit of tokens`() async throws {
        let filter = filter([tokens(1000)])
        try await run(filter, request(output: 10), uses(Usage(input: 500, output: 100)))
        let exchange = request(output: 500)

        await #expect(throws: GatewayError.tokensSpent(allowance: "1000 tokens per minute", retryAfterSeconds: 60)) {
            try await run(filter, exchange, .answers())
        }

        #expect(exchange.record.limitReached == "tokens")
        #expect(exchange.responseHeaders.first("x-ratelimit-remaining-tokens") == "400")
        #expect(exchange.responseHeaders.first("retry-after") == "60")
    }

    @Test func `refuses for a month's money without a retry`() async throws {
        let filter = filter([money(1_000_000)])
        try await run(filter, request(output: 10), uses(Usage(input: 1, output: 1), cost: Money(nanodollars: 999_000)))
        let exchange = request(output: 500)

        do {
            try await run(filter, exchange, .answers())
            Issue.record("it was let in")
        } catch GatewayError.moneySpent(let allowance, let seconds) {
            #expect(allowance == "0.001 USD per calendar month")
            #expect(seconds > 60)
        }

        #expect(exchange.responseHeaders.first("x-should-retry") == "false")
        #expect(exchange.responseHeaders.first("retry-after") == nil)
        #expect(exchange.responseHeaders.first("x-ratelimit-remaining-usd") == "0.000001")
    }

    @Test func `makes the answer no longer than what is left where it may`() async throws {
        let filter = filter([tokens(1000, onExceed: .clamp)])
        try await run(filter, request(output: 10), uses(Usage(input: 500, output: 100)))
        let exchange = request(output: 5000)
        let input = InputEstimate.tokens(of: exchange.request.body)

        try await run(filter, exchange, uses(Usage(input: 30, output: 370)))

        #expect(exchange.outputTokensMax == 400 - input)
        await #expect(throws: GatewayError.self) { try await run(filter, request(output: 5000), .answers()) }
    }

    @Test func `makes answers shorter by what is left of the money`() async throws {
        let filter = filter([money(2_000_000, onExceed: .clamp)])
        try await run(filter, request(output: 10), uses(nil, cost: Money(nanodollars: 1_000_000)))
        let exchange = request(output: 5000)

        try await run(filter, exchange, .answers())

        #expect(exchange.outputTokensMax == (1_000_000 - InputEstimate.tokens(of: exchange.request.body) * 1000) / 4000)
    }

    @Test func `leaves an answer as it is where all of it fits`() async throws {
        let exchange = request(output: 100)

        try await run(filter([tokens(1000, onExceed: .clamp)]), exchange, .answers())

        #expect(exchange.outputTokensMax == nil)
    }

    @Test func `tells a refused client of the limit that refused it, though another has less left`() async throws {
        let filter = filter([tokens(8000, onExceed: .finish, name: "watched"), tokens(10_000, name: "strict")])
        try await run(filter, request(output: 10), uses(Usage(input: 4000, output: 1000)))
        let exchange = request(output: 6000)

        await #expect(throws: GatewayError.self) { _ = try await filter.handle(exchange, next: uses(nil)) }

        #expect(exchange.record.limitReached == "strict")
        #expect(exchange.responseHeaders.first("x-ratelimit-limit-tokens") == "10000")
        #expect(exchange.responseHeaders.count { $0.name == "x-ratelimit-limit-tokens" } == 1)
    }

    @Test func `lets the request that crosses a limit finish, and refuses the next`() async throws {
        let filter = filter([tokens(1000, onExceed: .finish)])
        try await run(filter, request(output: 10), uses(Usage(input: 900, output: 99)))

        try await run(filter, request(output: 5000), uses(Usage(input: 100, output: 4000)))

        await #expect(throws: GatewayError.self) { try await run(filter, request(output: 1), .answers()) }
    }

    @Test func `only watches where it is told to`() async throws {
        let limit = tokens(1000, isShadow: true, name: "watch")
        let filter = filter([limit, tokens(50_000)])
        try await run(filter, request(output: 10), uses(Usage(input: 500, output: 499)))
        let exchange = request(output: 500)

        try await run(filter, exchange, uses(Usage(input: 1, output: 1)))

        #expect(exchange.record.shadowLimits == ["watch"])
        #expect(exchange.record.limitReached == nil)
        #expect(exchange.responseHeaders.first("x-ratelimit-limit-tokens") == "50000")
    }

    @Test func `learns how long answers to a caller are, and holds that much`() async throws {
        let limit = tokens(100_000)
        let filter = filter([limit])
        for _ in 0..<20 { try await run(filter, request(caller: "a"), uses(Usage(input: 10, output: 200))) }
        let before = left(of: limit)

        let response = try await filter.handle(request(caller: "a"), next: uses(nil))

        #expect((200..<280).contains(before - left(of: limit)))
        response.body.end(.cancelled)
    }

    @Test func `tells Anthropic's clients under Anthropic's names`() async throws {
        let requests = QuotaLimit(name: "requests", allowance: .requests(10, window: .seconds(60)), each: .everyone)
        let exchange = request(output: 100)
        exchange.dialect = .anthropic

        try await run(filter([requests, tokens(1000), tokens(500, .outputOnly, name: "out")]), exchange, uses(nil))

        #expect(exchange.responseHeaders.first("anthropic-ratelimit-requests-limit") == "10")
        #expect(exchange.responseHeaders.first("anthropic-ratelimit-requests-remaining") == "9")
        #expect(exchange.responseHeaders.first("anthropic-ratelimit-requests-reset") == UTCTimestamp.text(secondsSince1970: 1_790_000_060))
        #expect(exchange.responseHeaders.first("anthropic-ratelimit-tokens-limit") == "1000")
        #expect(exchange.responseHeaders.first("anthropic-ratelimit-output-tokens-remaining") == "400")
        #expect(exchange.statesLimits && exchange.detached().statesLimits)
    }

    @Test func `tells OpenAI's clients of the tightest limit of tokens alone`() async throws {
        let exchange = request(output: 100)

        try await run(filter([tokens(1000), tokens(500, .outputOnly, name: "out")]), exchange, uses(nil))

        #expect(exchange.responseHeaders.count { $0.name == "x-ratelimit-limit-tokens" } == 1)
        #expect(exchange.responseHeaders.first("x-ratelimit-limit-tokens") == "500")
    }

    @Test func `counts by what a claim says`() async throws {
        let limit = QuotaLimit(name: "project", allowance: .requests(1, window: .seconds(60)), each: .claim("project"))
        let filter = filter([limit])
        func exchange(_ project: String?) -> Exchange {
            Exchange.sample(caller: Caller(name: "a", claims: project.map { ["project": $0] } ?? [:]))
        }

        try await run(filter, exchange("x"), .answers())
        try await run(filter, exchange("y"), .answers())
        try await run(filter, exchange(nil), .answers())

        await #expect(throws: GatewayError.self) { try await run(filter, exchange("x"), .answers()) }
        await #expect(throws: GatewayError.self) { try await run(filter, exchange(nil), .answers()) }
    }

    @Test func `never holds more than the limit plus what its open calls exceed their holds by, with fifty at once`() async throws {
        // Longer than a busy machine takes for it.
        let limit = QuotaLimit(name: "tokens", allowance: QuotaAllowance(.tokens(.total), 1000, .sliding(.seconds(86_400))), each: .everyone)
        let filter = filter([limit])
        let used = Tally()
        let now = Instant.now

        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await FakeThread().run(now: now) { worker in
                        let body = #"{"model":"fast","messages":[],"max_tokens":60}"#
                        let exchange = Exchange.sample(on: worker, body: body)
                        exchange.bodyScan = try? exchange.scan(Array(body.utf8))
                        let next = Next.runs { exchange in
                            exchange.record.usage = Usage(input: 15, output: 60)
                            return Response(status: 200, headers: [], body: ResponseBody(bytes: []))
                        }
                        guard let response = try? await filter.handle(exchange, next: next) else { return }
                        used.add(75)
                        response.body.end(.finished)
                    }
                }
            }
        }

        #expect((900...1000).contains(used.value))
        #expect(left(of: limit) == 1000 - used.value)
    }
}
