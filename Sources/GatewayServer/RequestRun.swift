import EventLoop
import GatewayCore
import GatewayDialects
import GatewayFilters
import GatewayTelemetry
import HTTPServer
import HTTPWire
import MonotonicClock

/// One request from its head to its access log line. Belongs to one worker.
final class RequestRun: TurnEndHandler, @unchecked Sendable {
    private let worker: Worker
    private let pipeline: Pipeline
    private let responder: HTTPResponder
    private let exchange: Exchange
    /// The route's edits of the answer's head; nil where it has none.
    private var answerHeaders: AnswerHeaderTransform?
    /// What makes a list of events, for a client that reads one.
    private var array: GeminiArrayWriter?
    /// Where it stands among the worker's running requests.
    var place = 0

    init(worker: Worker, pipeline: Pipeline, request: HTTPRequest, responder: HTTPResponder) {
        self.worker = worker
        self.pipeline = pipeline
        self.responder = responder
        let fields = request.head.fields
        exchange = Exchange(
            request: ClientRequest(head: request.head, body: request.body), worker: worker, started: request.received,
            requestID: RequestID.choose(fields.first("x-request-id"), random: worker.randomBits),
            trace: TraceContext(continuing: fields.first("traceparent"), random: worker.randomBits),
            path: request.head.path)
        exchange.peer = request.peer
        exchange.record.clientRetryCount = fields.first("x-stainless-retry-count").flatMap { Int($0) }
    }

    func perform() async {
        worker.metrics.requestStarted()
        worker.began(self)
        responder.onClientGone { [exchange] in exchange.cancellation.cancel(.clientGone) }
        do {
            let response = try await answer()
            await deliver(response)
        } catch {
            await deliver(error)
        }
        // Its client does not wait for the rest.
        worker.loop.afterSends(tell: self)
    }

    func cancel(_ reason: GatewayError) { exchange.cancellation.cancel(reason) }

    private func answer() async throws(GatewayError) -> Response {
        let head = exchange.request.head
        guard let api = ClientAPI(head) else { throw .routeMissing }
        exchange.path = api.path
        exchange.dialect = api.dialect
        // A body that the gateway cannot read could name any model.
        if let coding = head.fields.first("content-encoding"), coding.lowercased() != "identity" {
            throw .malformedRequest(status: 415, reason: "Request bodies must not be compressed. Send this one without content-encoding.")
        }
        try api.describe(exchange)
        if pipeline.routesByCaller { await pipeline.identify(exchange) }
        guard let route = pipeline.route(for: exchange) else { throw pipeline.reasonForNoRoute(exchange) }
        answerHeaders = route.answerHeaders
        exchange.record.route = route.name
        exchange.record.modelLabel = exchange.model.flatMap(pipeline.modelLabel)
        return try await route.chain.run(exchange)
    }

    // MARK: - To the client

    private func deliver(_ response: Response) async {
        exchange.record.status = response.status
        switch response.body.content {
        case .bytes(let body):
            // What the request held is given back first: its client may ask for the next one as soon as it has read this answer.
            response.body.end(responder.isClientGone && exchange.cancellation.isCancelled ? .cancelled : .finished)
            responder.send(status: response.status, fields: fields(response), body: body)
        case .stream(let source):
            if exchange.wantsArray { array = GeminiArrayWriter() }
            responder.begin(status: response.status, fields: fields(response))
            response.body.end(await pump(source, of: response.body))
        }
    }

    private func pump(_ source: any BodySource, of body: ResponseBody) async -> BodyEnd {
        do {
            while try await !source.pass(to: { self.write($0) }) {
                guard await responder.room() else { return await cancelled(source) }
            }
            if let rest = array?.closed(), await !responder.write(rest) { return await cancelled(source) }
            body.end(.finished)
            responder.finish()
            return .finished
        } catch {
            if error == .clientGone { return await cancelled(source) }
            note(error)
            _ = await responder.write(array?.failed(error) ?? event(for: error))
            responder.abort()
            return .failed(error)
        }
    }

    private func event(for error: GatewayError) -> [UInt8] {
        exchange.dialect.event(for: error, operation: exchange.operation, requestID: exchange.requestID)
    }

    /// - Returns: false when the client has gone, or more has to wait until it has read some of it.
    private func write(_ chunk: BodyChunk) -> Bool {
        if chunk.isUsageOnly, !exchange.wantsUsageEvent { return true }
        guard let elements = array?.received(chunk.bytes) else { return responder.writeAtOnce(chunk.bytes) }
        return elements.isEmpty ? true : responder.writeAtOnce(elements)
    }

    private func cancelled(_ source: any BodySource) async -> BodyEnd {
        await source.cancel()
        note(.clientGone)
        return .cancelled
    }

    private func deliver(_ error: GatewayError) async {
        note(error)
        guard error != .clientGone else { return }
        let response = exchange.dialect.response(to: error, retriesSpent: exchange.record.hasRepeated, requestID: exchange.requestID)
        exchange.record.status = response.status
        await deliver(response)
    }

    private func fields(_ response: Response) -> [HeaderField] {
        // Taken, not copied: nobody looks at them behind this.
        var fields: [HeaderField] = []
        swap(&fields, &exchange.responseHeaders)
        let added = fields.count
        for field in response.headers where !fields.contains(name: field.name, amongFirst: added) { fields.append(field) }
        fields.append(HeaderField("x-request-id", exchange.requestID))
        // Where Anthropic's clients look for it.
        if exchange.dialect == .anthropic { fields.append(HeaderField("request-id", exchange.requestID)) }
        // A proxy in between must neither keep a stream nor hold it back (wire.md, section 2.2).
        if response.body.isStream, fields.contains(where: { $0.name == "content-type" && $0.value.hasPrefix("text/event-stream") }) {
            fields += [HeaderField("cache-control", "no-cache"), HeaderField("x-accel-buffering", "no")]
            if array != nil, let type = fields.firstIndex(where: { $0.name == "content-type" }) { fields[type].value = "application/json" }
        }
        answerHeaders?.apply(to: &fields)
        if let cors = pipeline.cors, let origin = exchange.request.head.fields.first("origin") {
            fields += cors.fields(for: origin).map { HeaderField($0.0, $0.1) }
        }
        return fields
    }

    private func note(_ error: GatewayError) {
        exchange.record.error = error.kind
        exchange.record.blame = error.blame
        if error == .clientGone { exchange.record.status = error.status }
    }

    // MARK: - At the end

    /// Counts and logs what the answer was.
    func turnEnds() {
        report(at: worker.loop.sendsEnded)
        worker.ended(self)
    }

    private func report(at ended: Instant) {
        var record = exchange.takeRecord()
        record.bytesOut = responder.bytesOut
        let times = RequestTimes(of: record, started: exchange.started, ended: ended)
        worker.metrics.requestEnded(record, times: times, isStreaming: exchange.isStreaming)
        guard worker.accessLog.isOn else { return }
        let request = exchange.request
        let bytesIn = request.head.byteCount + request.body.count
        worker.accessLog.write(
            AccessLogEntry(
                exchange, consume record, method: request.head.method.description, bytesIn: bytesIn, configGeneration: pipeline.generation,
                times: times))
    }
}
