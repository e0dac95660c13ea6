import GatewayCore
import GatewayDialects
import GatewayFilters
import GatewayTelemetry
import HTTPServer
import HTTPWire

/// A request that the edge refused before a route could see it: answered, counted and, where its head has come whole, logged.
struct RefusedRequest {
    let worker: Worker
    let refusal: HTTPRefusal
    let responder: HTTPResponder

    func perform() {
        let error = GatewayError(refusal)
        let response = Dialect.openai.response(to: error, retriesSpent: false)
        guard case .bytes(let body) = response.body.content else { return }
        let fields = response.headers.map { ($0.name, $0.value) }
        guard let head = refusal.head else {
            worker.metrics.wireError(status: refusal.status)
            return responder.send(status: response.status, fields: fields, body: body)
        }
        let id = RequestID.choose(head.fields.first("x-request-id"), random: worker.randomBits)
        responder.send(status: response.status, fields: [("x-request-id", id)] + fields + crossOriginFields(head), body: body)
        report(error, head, id)
    }

    /// Without them a page in a browser could not read why it was refused.
    private func crossOriginFields(_ head: RequestHead) -> [(String, String)] {
        guard let cors = worker.pipeline.cors, let origin = head.fields.first("origin") else { return [] }
        return cors.fields(for: origin)
    }

    private func report(_ error: GatewayError, _ head: RequestHead, _ id: String) {
        var record = RequestRecord()
        record.status = error.status
        record.error = error.kind
        record.blame = error.blame
        record.bytesOut = responder.bytesOut
        record.clientRetryCount = head.fields.first("x-stainless-retry-count").flatMap { Int($0) }
        let times = RequestTimes(of: record, started: refusal.received, ended: worker.now)
        if case .broken(let status, _) = refusal.reason {
            worker.metrics.wireError(status: status)
        } else {
            worker.metrics.requestStarted()
            worker.metrics.requestEnded(record, times: times, isStreaming: false)
        }
        guard worker.accessLog.isOn else { return }
        let trace = TraceContext(continuing: head.fields.first("traceparent"), random: worker.randomBits)
        worker.accessLog.write(
            AccessLogEntry(
                endedAtMilliseconds: TimeOfDay.nowMilliseconds(), requestID: id, traceID: trace.traceID, method: head.method.description,
                path: OpenAIPath.versioned(head.path, method: head.method.name) ?? head.path, bytesIn: head.byteCount + refusal.bodyBytes,
                configGeneration: worker.pipeline.generation, record: record, times: times))
    }
}

extension GatewayError {
    fileprivate init(_ refusal: HTTPRefusal) {
        switch refusal.reason {
        case .broken(let status, let sentence): self = .malformedRequest(status: status, reason: sentence)
        case .noRoom: self = .overloaded(reason: "it holds too many request bodies at the moment.")
        case .ending: self = .draining
        }
    }
}
