import GatewayCore
import HTTPWire

/// Calls the rest of the pipeline for a flight, and feeds the flight with what comes.
///
/// It runs beside the request that set out, on the same worker, with an exchange and a cancellation of its own: that request may leave, and
/// the others still get their answer. When nobody is left, the call is cancelled at once.
final class FlightPump {
    /// How long followers may hold the provider up, counted from the first time that one does.
    private static let patience = Duration.seconds(10)

    private let flight: Flight
    private let exchange: Exchange
    private let next: Next
    private let destination: CacheDestination
    /// Ends when the flight does.
    private let landing = Cancellation()
    private var hasStartedClock = false

    /// - Parameter exchange: that of the request that sets out; a copy of it goes on.
    init(_ flight: Flight, exchange: Exchange, next: Next, destination: CacheDestination) {
        self.flight = flight
        self.exchange = exchange.detached()
        self.next = next
        self.destination = destination
    }

    func start() {
        let pump = OnOneWorker(value: self)
        exchange.worker.spawn { await pump.value.run() }
        exchange.worker.spawn { await pump.value.cancelWhenAbandoned() }
    }

    private func run() async {
        let ending: FlightEnding
        var lease: CacheLease?
        do throws(GatewayError) {
            if flight.isAbandoned { throw .clientGone }
            switch try await destination.claim(for: exchange) {
            case .found(let answer):
                ending = .found(answer)
            case .call(let granted):
                lease = granted
                startRenewing(granted)
                let response = try await next(exchange)
                try await receive(response)
                ending = .landed(exchange.record, answer: storable(response))
            }
        } catch {
            ending = .crashed(error, addedHeaders: exchange.responseHeaders, exchange.record)
        }
        // Nobody is on board, and whoever left last waits to hear what it came to.
        if flight.isAbandoned { flight.end(ending) }
        // In this order: whoever finds no flight any more finds the answer in the store.
        await destination.keep(ending, lease, for: exchange)
        destination.table.remove(flight)
        flight.end(ending)
        landing.cancel(.clientGone)
    }

    private func startRenewing(_ lease: CacheLease?) {
        guard let lease else { return }
        let pump = OnOneWorker(value: self)
        exchange.worker.spawn { await pump.value.destination.renew(lease, until: pump.value.landing, on: pump.value.exchange.worker) }
    }

    private func cancelWhenAbandoned() async {
        await flight.waitUntilOver()
        guard flight.isAbandoned else { return }
        destination.table.remove(flight)
        exchange.cancellation.cancel(.clientGone)
    }

    private func receive(_ response: Response) async throws(GatewayError) {
        flight.receive(
            FlightHead(
                status: response.status, headers: response.headers, isStream: response.body.isStream, addedHeaders: exchange.responseHeaders,
                record: exchange.record))
        switch response.body.content {
        case .bytes(let bytes):
            await receive(BodyChunk(bytes))
        case .stream(let source):
            try await pass(source, of: response.body)
        }
        response.body.end(.finished)
    }

    private func receive(_ chunk: BodyChunk) async {
        if flight.receive(chunk), !hasStartedClock {
            hasStartedClock = true
            let pump = OnOneWorker(value: self)
            exchange.worker.spawn { await pump.value.endPatience() }
        }
        await flight.waitForRoom()
    }

    private func endPatience() async {
        do throws(GatewayError) {
            try await exchange.worker.sleep(for: Self.patience, cancellation: landing)
            flight.endPatience()
        } catch {
            // It has landed: there is nobody left to wait for.
        }
    }

    private func pass(_ source: any BodySource, of body: ResponseBody) async throws(GatewayError) {
        do throws(GatewayError) {
            while let chunk = try await source.next() {
                await receive(chunk)
                guard flight.isAbandoned else { continue }
                await source.cancel()
                throw .clientGone
            }
        } catch {
            body.end(flight.isAbandoned ? .cancelled : .failed(error))
            throw error
        }
    }

    /// What is kept of the answer: nil unless it is whole, went well, fits, and has the form that was asked for.
    private func storable(_ response: Response) -> StoredAnswer? {
        let type = response.headers.first("content-type")?.lowercased() ?? ""
        guard response.status == 200, let chunks = flight.everything, response.body.isStream == exchange.isStreaming else { return nil }
        let content: StoredAnswer.Content
        switch response.body.content {
        case .bytes(let bytes):
            guard type.contains("json") else { return nil }
            content = .json(bytes)
        case .stream:
            guard type.hasPrefix("text/event-stream") else { return nil }
            content = .stream(chunks)
        }
        // With what the translation added: it is about the answer, not about one request for it.
        let headers = response.headers + exchange.responseHeaders
        let answer = destination.answer(content, headers: headers, for: exchange)
        return answer.byteCount <= destination.entryBytesMax ? answer : nil
    }
}
