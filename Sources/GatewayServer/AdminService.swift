import GatewayTelemetry
import HTTPServer
import HTTPWire

/// The operator's listener: health, metrics, status, and the cache's purge. On a thread of its own, so that it answers while every worker is busy.
final class AdminService: HTTPService {
    private let health: Health
    private let metrics: MetricsRegistry
    private let limits: LimitsPage
    private let status: @Sendable () -> [UInt8]
    private let purge: CachePurge

    init(health: Health, metrics: MetricsRegistry, limits: LimitsPage, purge: CachePurge, status: @escaping @Sendable () -> [UInt8]) {
        self.health = health
        self.metrics = metrics
        self.limits = limits
        self.purge = purge
        self.status = status
    }

    func serve(_ request: HTTPRequest, _ responder: HTTPResponder) {
        if request.head.method == .post, request.head.path == CachePurge.path { return serve(purge: request, responder) }
        guard request.head.method == .get || request.head.method == .head else {
            return send(405, json: "{\"error\":\"Use GET.\"}\n", responder, [("allow", "GET, HEAD")])
        }
        switch request.head.path {
        case "/metrics":
            var page: [UInt8] = []
            metrics.render(into: &page)
            limits.render(into: &page)
            responder.send(status: 200, fields: [("content-type", MetricsRegistry.contentType)], body: page)
        case "/status":
            responder.send(status: 200, fields: Self.jsonFields, body: status())
        case let path:
            guard let page = health.page(path) else {
                return send(404, json: "{\"error\":\"Here are /health, /livez, /readyz, /status, /metrics and POST /cache/purge.\"}\n", responder)
            }
            responder.send(status: page.status, fields: Self.jsonFields, body: page.body)
        }
    }

    private func serve(purge request: HTTPRequest, _ responder: HTTPResponder) {
        // As with a reload, whoever may run something beside the gateway may do it, and nobody else.
        guard request.peer.isLoopback else {
            return send(403, json: "{\"error\":\"Run weir cache purge where the gateway runs.\"}\n", responder)
        }
        // A page in somebody's browser cannot send this type without asking first, and is answered 405 then.
        guard request.head.fields.first("content-type") == "application/json" else {
            return send(415, json: "{\"error\":\"Send application/json.\"}\n", responder)
        }
        purge.serve(request.body) { [self] status, json in send(status, json: json, responder) }
    }

    private static let jsonFields = [("content-type", "application/json"), ("cache-control", "no-store")]

    private func send(_ status: Int, json: String, _ responder: HTTPResponder, _ fields: [(String, String)] = []) {
        responder.send(status: status, fields: Self.jsonFields + fields, body: Array(json.utf8))
    }

    func refuse(_ refusal: HTTPRefusal, _ responder: HTTPResponder) {
        send(refusal.status, json: "{\"error\":\"\(refusal.sentence)\"}\n", responder)
    }

    func connectionRefused(_ reason: HTTPServer.ConnectionRefusal) -> (fields: [(String, String)], body: [UInt8]) {
        (Self.jsonFields, Array("{\"error\":\"Too many connections.\"}\n".utf8))
    }

    func connectionAccepted() {}
    func connectionClosed() {}
}
