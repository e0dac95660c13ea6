import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters

@Suite("A streamed answer")
struct StreamedAnswerTests {
    private let worker = FakeWorker()
    private let target = Target.sample()

    private func begin(_ pieces: [String], ending: GatewayError? = nil) async throws -> (source: any BodySource, answer: FakeAnswer, Exchange) {
        let answer = FakeAnswer(stream: pieces, ending: ending)
        worker.provider = { _, _ in answer }
        let exchange = try Exchange.streaming(on: worker)
        let response = try await FallbackFilter.sample([target]).handle(exchange)
        guard case .stream(let source) = response.body.content else { throw GatewayError.internalFailure(reason: "no stream.") }
        return (source, answer, exchange)
    }

    private func failure(_ pieces: [String], ending: GatewayError? = nil) async throws -> GatewayError? {
        do { _ = try await begin(pieces, ending: ending) } catch { return error as? GatewayError }
        return nil
    }

    private func text(_ chunk: BodyChunk?) -> String? { chunk.map { String(decoding: $0.bytes, as: UTF8.self) } }

    @Test func `is passed on as it comes, to its end`() async throws {
        let (source, _, exchange) = try await begin([Sample.role, Sample.word, Sample.word, Sample.counts, Sample.done])

        #expect(text(try await source.next()) == Sample.role + Sample.word)
        #expect(text(try await source.next()) == Sample.word)
        #expect(try await source.next() == BodyChunk(Array(Sample.counts.utf8), isUsageOnly: true))
        #expect(text(try await source.next()) == Sample.done)
        #expect(try await source.next() == nil)
        #expect(exchange.record.usage == Usage(input: 7, output: 2))
        #expect(target.state.snapshot(now: worker.now).inFlight == 0)
        #expect(target.state.snapshot(now: worker.now).failures == 0)
    }

    @Test func `is handed on in the same pieces without being asked for each, and goes on where its reader had enough`() async throws {
        let (source, _, exchange) = try await begin([Sample.role, Sample.word, Sample.word, Sample.counts, Sample.done])
        var pieces: [String?] = []
        var stops: [Bool] = []

        repeat {
            stops.append(
                try await source.pass { chunk in
                    pieces.append(text(chunk))
                    return pieces.count != 2
                })
        } while stops.last == false

        #expect(pieces == [Sample.role + Sample.word, Sample.word, Sample.counts, Sample.done])
        #expect(stops == [false, true])
        #expect(exchange.record.usage == Usage(input: 7, output: 2))
        #expect(target.state.snapshot(now: worker.now).inFlight == 0)
    }

    @Test func `is handed on before the failure that ends it is thrown`() async throws {
        let (source, answer, exchange) = try await begin([Sample.role, Sample.word, Sample.word], ending: .upstreamCut(provider: "alpha"))
        var pieces = 0

        await #expect(throws: GatewayError.upstreamCut(provider: "alpha")) {
            _ = try await source.pass { _ in
                pieces += 1
                return true
            }
        }

        #expect(pieces == 2)
        #expect(answer.isCancelled)
        #expect(exchange.record.attempts.map(\.error) == [.upstreamCut])
    }

    @Test func `fails before anything is passed on if it starts with an error`() async throws {
        let error = try await failure([Sample.role, Sample.errorEvent])

        guard case .upstreamErrorEvent("alpha", 503, let event) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(String(decoding: event, as: UTF8.self).contains("Overloaded"))
    }

    @Test(arguments: [[Sample.role], [], [": ping\n\n", Sample.role]])
    func `fails before anything is passed on if it ends without content`(_ pieces: [String]) async throws {
        #expect(try await failure(pieces) == .upstreamCut(provider: "alpha"))
    }

    @Test func `tells how its attempt ended if that was after it had begun`() async throws {
        let (left, _, exchange) = try await begin([Sample.role, Sample.word, Sample.word, Sample.done])
        _ = try await left.next()
        await left.cancel()
        #expect(exchange.record.attempts.map(\.error) == [.clientGone])

        let (cut, _, other) = try await begin([Sample.role, Sample.word])
        _ = try await cut.next()
        await #expect(throws: GatewayError.upstreamCut(provider: "alpha")) { try await cut.next() }
        #expect(other.record.attempts.map(\.error) == [.upstreamCut])

        let (whole, _, another) = try await begin([Sample.role, Sample.word, Sample.done])
        while try await whole.next() != nil {}
        #expect(another.record.attempts.map(\.error) == [nil])
    }

    @Test func `may be complete without content`() async throws {
        let (source, _, _) = try await begin([Sample.done])

        #expect(text(try await source.next()) == Sample.done)
        #expect(try await source.next() == nil)
    }

    @Test func `passes on what it has before it fails`() async throws {
        let (source, answer, _) = try await begin([Sample.word, Sample.word + Sample.errorEvent + Sample.word])

        #expect(text(try await source.next()) == Sample.word)
        #expect(text(try await source.next()) == Sample.word)
        await #expect(throws: GatewayError.self) { try await source.next() }
        #expect(answer.isCancelled)
        #expect(target.state.snapshot(now: worker.now).failures == 1)
    }

    @Test func `that is cut fails, and its counts are a lower bound`() async throws {
        let (source, _, exchange) = try await begin([Sample.word + Sample.counts])

        _ = try await source.next()
        _ = try await source.next()
        await #expect(throws: GatewayError.upstreamCut(provider: "alpha")) { try await source.next() }
        #expect(exchange.record.usage == Usage(input: 7, output: 2, isComplete: false))
    }

    @Test func `whose provider never counts is reckoned, and said to be`() async throws {
        let (whole, _, exchange) = try await begin([Sample.word, Sample.word, Sample.done])
        while try await whole.next() != nil {}
        // No text and one request; four bytes.
        #expect(exchange.record.usage == Usage(input: 3, output: 2, isEstimate: true))

        let (cut, _, other) = try await begin([Sample.word])
        _ = try await cut.next()
        await #expect(throws: GatewayError.self) { try await cut.next() }
        #expect(other.record.usage == Usage(input: 3, output: 1, isComplete: false, isEstimate: true))

        let (left, _, another) = try await begin([Sample.word, Sample.word, Sample.done])
        _ = try await left.next()
        await left.cancel()
        #expect(another.record.usage == Usage(input: 3, output: 1, isComplete: false, isEstimate: true))
    }

    @Test func `costs its input where it ends before its first word, unless the provider said why`() async throws {
        worker.provider = { _, _ in FakeAnswer(stream: [Sample.role]) }
        let cut = try Exchange.streaming(on: worker)
        await #expect(throws: GatewayError.self) { _ = try await FallbackFilter.sample([target]).handle(cut) }
        #expect(cut.record.usage == Usage(input: 3, output: 0, isComplete: false, isEstimate: true))

        worker.provider = { _, _ in FakeAnswer(stream: [Sample.errorEvent]) }
        let failed = try Exchange.streaming(on: worker)
        await #expect(throws: GatewayError.self) { _ = try await FallbackFilter.sample([target]).handle(failed) }
        #expect(failed.record.usage == nil)
    }

    @Test func `that falls silent fails as the transfer says`() async throws {
        let timeout = GatewayError.upstreamTimedOut(provider: "alpha", phase: .idle, afterMilliseconds: 30_000)
        let (source, _, _) = try await begin([Sample.word], ending: timeout)

        _ = try await source.next()
        await #expect(throws: timeout) { try await source.next() }
    }

    @Test func `is not kept alive by comments alone`() async throws {
        let answer = FakeAnswer(stream: [Sample.word] + Array(repeating: ": ping\n\n", count: 100))
        let slow = SlowAnswer(answer, each: .seconds(10), worker)
        worker.provider = { _, _ in answer }
        let exchange = try Exchange.streaming(on: worker)
        let lease = target.state.begin(now: worker.now, ejection: nil)
        let stream = StreamedAnswer(slow, as: .same(exchange, target.provider), lease: lease, idle: .seconds(30))

        try await stream.begin(by: worker.now.advanced(by: .seconds(300)))
        var pings = 0
        await #expect(throws: GatewayError.upstreamTimedOut(provider: "alpha", phase: .idle, afterMilliseconds: 30_000)) {
            while try await stream.next() != nil { pings += 1 }
        }

        #expect(pings == 5)
    }

    @Test func `is not silent while its reader is slow`() async throws {
        let answer = FakeAnswer(stream: [Sample.word, String(Sample.word.dropLast(5)), String(Sample.word.suffix(5)) + Sample.done])
        let exchange = try Exchange.streaming(on: worker)
        let lease = target.state.begin(now: worker.now, ejection: nil)
        let stream = StreamedAnswer(answer, as: .same(exchange, target.provider), lease: lease, idle: .seconds(30))

        try await stream.begin(by: worker.now.advanced(by: .seconds(300)))
        var text = ""
        while let chunk = try await stream.next() {
            text += String(decoding: chunk.bytes, as: UTF8.self)
            worker.advance(by: .seconds(100))
        }

        #expect(text == Sample.word + Sample.word + Sample.done)
    }

    @Test func `may be silent for longer than the idle time-out before the model says something, and not after`() async throws {
        let answer = FakeAnswer(stream: [Sample.role, ": ping\n\n", Sample.word, Sample.word])
        let slow = SlowAnswer(answer, each: .seconds(100), worker)
        let exchange = try Exchange.streaming(on: worker)
        let lease = target.state.begin(now: worker.now, ejection: nil)
        let stream = StreamedAnswer(slow, as: .same(exchange, target.provider), lease: lease, idle: .seconds(30))
        let deadline = worker.now.advanced(by: .seconds(300))
        #expect(answer.contentDeadline == nil)

        try await stream.begin(by: deadline)

        #expect(answer.contentDeadline == nil)  // from here on the idle time-out holds again
        #expect(try await stream.next()?.bytes.isEmpty == false)
    }

    @Test func `does not mind how a connection ends behind the end mark`() async throws {
        let (source, _, _) = try await begin([Sample.word + Sample.done], ending: .upstreamCut(provider: "alpha"))

        _ = try await source.next()
        #expect(try await source.next() == nil)
    }

    @Test func `lets a long preamble go rather than hold it all`() async throws {
        let long = "data: {\"choices\":[],\"filler\":\"" + String(repeating: "x", count: 300_000) + "\"}\n\n"
        let (source, _, _) = try await begin([long, Sample.role])

        #expect(text(try await source.next()) == long)
    }

    @Test func `ends its transfer when the client goes`() async throws {
        let (source, answer, exchange) = try await begin([Sample.word, Sample.word])

        _ = try await source.next()
        await source.cancel()

        #expect(answer.isCancelled)
        #expect(target.state.snapshot(now: exchange.worker.now).inFlight == 0)
        #expect(target.state.snapshot(now: exchange.worker.now).failures == 0)
    }

    @Test func `gives its place back even if nobody reads it`() async throws {
        do { _ = try await begin([Sample.word, Sample.word]) }
        worker.provider = { _, _ in FakeAnswer() }

        #expect(target.state.snapshot(now: worker.now).inFlight == 0)
    }
}
