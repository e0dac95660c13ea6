import EventLoop
import GatewayConfig
import GatewayCore
import GatewayDialects
import GatewayFilters
import GatewayTelemetry
import HTTPServer
import HTTPWire

/// Serves the clients of one worker: what the edge answers itself, it answers at once; the rest becomes a task on the worker.
final class GatewayService: HTTPService {
    private let worker: Worker
    private let health: Health

    init(worker: Worker, health: Health) {
        self.worker = worker
        self.health = health
    }

    func serve(_ request: HTTPRequest, _ responder: HTTPResponder) {
        let pipeline = worker.pipeline
        guard !answeredAtTheEdge(request, responder, pipeline) else { return }
        let run = RequestRun(worker: worker, pipeline: pipeline, request: request, responder: responder)
        worker.loop.spawn { await run.perform() }
    }

    /// Health, `HEAD /` (which clients use to see whether anybody is there), and the browser's preflight.
    private func answeredAtTheEdge(_ request: HTTPRequest, _ responder: HTTPResponder, _ pipeline: Pipeline) -> Bool {
        let head = request.head
        if head.method == .options {
            let fields = pipeline.cors?.preflight(head) ?? [("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
            let id = RequestID.choose(head.fields.first("x-request-id"), random: worker.randomBits)
            responder.send(status: 204, fields: [("x-request-id", id)] + fields, body: [])
            return true
        }
        guard head.method == .get || head.method == .head, let page = health.page(head.path) else { return false }
        var fields = [("content-type", "application/json"), ("cache-control", "no-store")]
        if let cors = pipeline.cors, let origin = head.fields.first("origin") { fields += cors.fields(for: origin) }
        responder.send(status: page.status, fields: fields, body: page.body)
        return true
    }

    func refuse(_ refusal: HTTPRefusal, _ responder: HTTPResponder) {
        RefusedRequest(worker: worker, refusal: refusal, responder: responder).perform()
    }

    func connectionRefused(_ reason: HTTPServer.ConnectionRefusal) -> (fields: [(String, String)], body: [UInt8]) {
        worker.metrics.connectionRefused(reason == .tooMany ? .tooMany : .outOfDescriptors)
        let response = Dialect.openai.response(to: .overloaded(reason: "it has too many open connections."), retriesSpent: false)
        guard case .bytes(let body) = response.body.content else { return ([], []) }
        return (response.headers.map { ($0.name, $0.value) }, body)
    }

    func connectionAccepted() { worker.metrics.connectionOpened() }
    func connectionClosed() { worker.metrics.connectionClosed() }
}
