import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("Equal requests at the same time", .timeLimit(.minutes(10)))
struct SharedFlightTests {
    private let store = MemoryCacheStore(bytesMax: 4 << 20, entryBytesMax: 100_000)
    private let flights = FlightTable(bytesMax: 4 << 20)
    private let now = Instant.now

    private var filter: CacheFilter {
        CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: .team, convertible: [.chatCompletions]), keep: .seconds(60), store: store,
            flights: flights, converters: [.chatCompletions: FakeConverter()])
    }

    /// Lets 100 clients on four workers ask the same, the first of them first, and returns what each got.
    ///
    /// - Parameters:
    ///   - streaming: by a client's number.
    ///   - leaving: clients that leave once all are on board, and before the provider goes on.
    private func ask(
        _ provider: FakeProvider, streaming: @escaping @Sendable (Int) -> Bool, leaving: @escaping @Sendable (Int) -> Bool = { _ in false }
    ) async -> [Received] {
        let left = Tally()
        let everybodyIsOnBoard = Valve()
        return await withTaskGroup(of: [(Int, Received)].self) { group in
            for thread in 0..<4 {
                group.addTask {
                    await FakeThread().run(now: now) { worker in
                        let numbers = stride(from: thread, to: 100, by: 4)
                        let clients = numbers.map { FakeClient(.sample(on: worker, streaming: streaming($0))) }
                        if thread == 0 { clients[0].ask(filter, provider) }
                        await until { flights.passengerCount > 0 }
                        for client in clients.dropFirst(thread == 0 ? 1 : 0) { client.ask(filter, provider) }
                        await everybodyIsOnBoard.pass()
                        for (number, client) in zip(numbers, clients) where leaving(number) {
                            client.leave()
                            _ = await client.received()
                            left.add()
                        }
                        var received: [(Int, Received)] = []
                        for (number, client) in zip(numbers, clients) { received.append((number, await client.received())) }
                        return received
                    }
                }
            }
            await until { flights.passengerCount == 100 }
            everybodyIsOnBoard.open()
            await until { left.value == (0..<100).filter(leaving).count }
            provider.valve.open()
            var all: [Int: Received] = [:]
            for await some in group { all.merge(some) { first, _ in first } }
            return (0..<100).compactMap { all[$0] }
        }
    }

    @Test(arguments: [false, true])
    func `share one call of the provider, and each gets the whole answer`(streaming: Bool) async {
        let provider = FakeProvider(streaming ? .stream(["a", "b", "c", "usage"]) : .json("{}"), isOpen: false)

        let received = await ask(provider, streaming: { _ in streaming })

        #expect(provider.calls.value == 1)
        #expect(received.map(\.text) == Array(repeating: streaming ? "abcusage" : "{}", count: 100))
        #expect(received.map(\.cache) == ["miss"] + Array(repeating: "hit", count: 99))
        #expect(received.map(\.record.sharedFlight) == [false] + Array(repeating: true, count: 99))
        #expect(received.filter(\.paid).count == 1)
        #expect(received.allSatisfy { $0.record.usage == Usage(input: 10, output: 5) && $0.record.provider == "openai" })
        #expect(received[0].headers.first("x-ratelimit-remaining-requests") == "7")
        #expect(received[1].headers.first("x-ratelimit-remaining-requests") == nil, "limits of another's request")
        #expect(received[1].headers.first("x-request-id") == "req_1")
        #expect(received[1].headers.first("age") == "0")
        #expect(flights.count == 0)
        #expect(flights.byteCount == 0)
    }

    @Test(arguments: [false, true])
    func `do not lose their answer when the one that set out leaves`(streaming: Bool) async {
        let provider = FakeProvider(streaming ? .stream(["a", "b", "c", "usage"]) : .json("{}"), isOpen: false)

        let received = await ask(provider, streaming: { _ in streaming }, leaving: { $0 == 0 || $0 % 7 == 3 })

        #expect(provider.calls.value == 1)
        #expect(provider.cancelled.value == 0)
        for (number, received) in received.enumerated() {
            if number == 0 || number % 7 == 3 {
                #expect(received.error == .clientGone)
            } else {
                #expect(received.text == (streaming ? "abcusage" : "{}"))
            }
        }
        #expect(received.filter(\.paid).count == 1, "somebody else accounts for the tokens")
        #expect(received.filter(\.paid).allSatisfy { $0.record.attempts.count == 1 && $0.record.sharedFlight })
    }

    @Test(arguments: [false, true])
    func `share their call also when some want a stream and some do not`(firstStreams: Bool) async {
        let provider = FakeProvider(isOpen: false) { $0.isStreaming ? .stream(["a", "b"]) : .json("{}") }

        let received = await ask(provider, streaming: { ($0 % 3 == 0) == firstStreams })

        #expect(provider.calls.value == 1)
        for (number, received) in received.enumerated() {
            let streams = (number % 3 == 0) == firstStreams
            #expect(received.text == (firstStreams ? streams ? "ab" : "joined ab" : streams ? "streamed {}" : "{}"))
        }
        #expect(received.filter(\.paid).count == 1)
    }

    @Test func `call for themselves when the answer cannot be turned into their form`() async {
        let provider = FakeProvider(isOpen: false) { $0.isStreaming ? .stream(["streamed"]) : .json("cannot") }

        let received = await ask(provider, streaming: { $0 == 99 })

        #expect(provider.calls.value == 2)
        #expect(received.last?.text == "streamed")
        #expect(received.last?.cache == "miss")
        #expect(received.last?.record.sharedFlight == false)
        #expect(received.dropLast().allSatisfy { $0.text == "cannot" })
    }

    @Test func `call for themselves when the answer is in a coding that not all may understand`() async {
        let provider = FakeProvider(.json("zipped"), isOpen: false, headers: [HeaderField("content-encoding", "gzip")])

        let received = await ask(provider, streaming: { _ in false })

        #expect(received.allSatisfy { $0.text == "zipped" && $0.cache == "miss" })
        #expect(provider.calls.value == 100)
    }

    @Test func `each get the error when their call fails, and nothing is kept`() async {
        let failure = GatewayError.upstreamFailed(UpstreamFailure(provider: "openai", status: 500))
        let provider = FakeProvider(.failure(failure), isOpen: false)

        let received = await ask(provider, streaming: { $0.isMultiple(of: 2) })

        #expect(provider.calls.value == 1)
        #expect(received.allSatisfy { $0.error == failure })
        #expect(received.filter { !$0.record.attempts.isEmpty }.count == 1)
        #expect(store.entryCount == 0)
    }

    @Test func `each get the cut when their stream is cut`() async {
        let cut = GatewayError.upstreamCut(provider: "openai")
        let provider = FakeProvider(.stream(["a"], ending: cut), isOpen: false)

        let received = await ask(provider, streaming: { _ in true })

        #expect(received.allSatisfy { $0.error == cut })
        #expect(store.entryCount == 0)
        #expect(flights.byteCount == 0)
    }

    @Test func `cancel their call when all of them have left`() async {
        let provider = FakeProvider(.stream(["a"]), isOpen: false)

        let received = await ask(provider, streaming: { $0.isMultiple(of: 2) }, leaving: { _ in true })

        #expect(received.allSatisfy { $0.error == .clientGone })
        await until { provider.cancelled.value == 1 && flights.count == 0 }
        #expect(provider.calls.value == 1)
    }

    /// A stream whose client leaves when the provider is done and not all has been read.
    @Test func `pay for what the provider has done, also when they leave after its end`() async throws {
        let provider = FakeProvider(.stream(["a", "b", "usage"]))
        try await FakeThread().run { worker in
            let exchange = Exchange.sample(on: worker, streaming: true)
            let response = try await filter.handle(exchange, next: provider.next)
            guard case .stream(let source) = response.body.content else { return #expect(Bool(false), "it streams") }
            _ = try await source.next()
            await until { provider.ends.value == 1 && flights.count == 0 }

            exchange.cancellation.cancel(.clientGone)
            await source.cancel()

            #expect(exchange.record.usage == Usage(input: 10, output: 5))
            #expect(exchange.record.attempts.count == 1)
        }
    }

    /// The leader asks for a stream and leaves; the follower wants the whole, which cannot be turned, or is not kept, for it.
    @Test(arguments: [200, 206]) func `pay for a call that is of no use to them when nobody else is left who would, and for their own`(_ status: Int)
        async
    {
        let provider = FakeProvider(.stream(["cannot", "usage"]), isOpen: false, status: status)
        await FakeThread().run { worker in
            let (first, second) = (FakeClient(.sample(on: worker, streaming: true)), FakeClient(.sample(on: worker)))
            first.ask(filter, provider)
            await until { provider.calls.value == 1 }
            second.ask(filter, provider)
            await until { flights.passengerCount == 2 }
            first.leave()
            _ = await first.received()
            provider.valve.open()

            let received = await second.received()

            #expect(received.text == "cannotusage")
            #expect(received.record.attempts.count == 2)
            #expect(provider.calls.value == 2)
        }
    }

    @Test func `do not share with other scopes`() async {
        let provider = FakeProvider(.json("{}"), isOpen: false)
        await FakeThread().run { worker in
            let callers = [nil, Caller(name: "a", team: "shop"), Caller(name: "b", team: "shop"), Caller(name: "c", team: "bank"), Caller(name: "d")]
            let clients = callers.map { FakeClient(.sample(on: worker, caller: $0)) }
            for client in clients { client.ask(filter, provider) }
            await until { flights.passengerCount == 5 && provider.calls.value == 4 }
            provider.valve.open()
            for client in clients { _ = await client.received() }
        }

        #expect(provider.calls.value == 4)
    }

    @Test func `share nothing with one that wants a new answer`() async {
        let numbers = Tally()
        let provider = FakeProvider(isOpen: false) { _ in .json("\(numbers.add())") }
        await FakeThread().run { worker in
            let first = FakeClient(.sample(on: worker))
            first.ask(filter, provider)
            await until { provider.calls.value == 1 }
            let second = FakeClient(.sample(on: worker, headers: [("cache-control", "no-cache")]))
            second.ask(filter, provider)
            await until { provider.calls.value == 2 }
            provider.valve.open()

            #expect(await Set([first.received().text, second.received().text]) == ["1", "2"])
        }
    }

    @Test func `get a stream from its beginning however late they come, and go on live`() async throws {
        let provider = FakeProvider(.stream(["a", "b", "c", "d"]), isOpen: false)
        try await FakeThread().run { worker in
            let first = try await start(worker, provider, passing: 3)
            #expect(try await [first.next(), first.next()] == ["a", "b"])

            let second = try await start(worker, provider, passing: 0)
            #expect(try await [second.next(), second.next()] == ["a", "b"])
            provider.valve.allow(3)

            #expect(try await [second.next(), second.next(), second.next()] == ["c", "d", nil])
            #expect(try await [first.next(), first.next(), first.next()] == ["c", "d", nil])
            #expect(provider.calls.value == 1)
        }
    }

    @Test func `wait ten seconds for those of them who do not read, and then go on without them`() async throws {
        let provider = FakeProvider(.stream(Array(repeating: String(repeating: "x", count: 50_000), count: 6)), isOpen: false)
        try await FakeThread().run { worker in
            let first = try await start(worker, provider, passing: 1)
            let second = try await start(worker, provider, passing: 0)
            provider.valve.open()

            for _ in 0..<6 { #expect(try await first.next()?.count == 50_000) }
            #expect(try await first.next() == nil)
            #expect(worker.sleeps == [.seconds(10)])
            let tooSlow = GatewayError.overloaded(reason: "this client reads an answer that it shares with others too slowly.")
            await #expect(throws: tooSlow) { _ = try await second.next() }
        }
    }

    /// Begins a stream, and lets the provider pass so many times.
    private func start(_ worker: FakeWorker, _ provider: FakeProvider, passing: Int) async throws -> OpenAnswer {
        provider.valve.allow(passing)
        let response = try await filter.handle(.sample(on: worker, streaming: true), next: provider.next)
        guard case .stream(let source) = response.body.content else { throw GatewayError.internalFailure(reason: "no stream.") }
        return OpenAnswer(body: response.body, source: source)
    }
}

/// An answer that is being read: who lets go of its body gives it up.
private struct OpenAnswer {
    let body: ResponseBody
    let source: any BodySource

    func next() async throws -> String? { try await source.next()?.text }
}

extension BodyChunk {
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
