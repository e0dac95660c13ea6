import GatewayCore
import GatewayFilters
import GatewayTelemetry
import HTTPWire

/// A request that the gateway repeats by itself, for the cache. It has its own place in limits, metrics and the log, as any other of its
/// caller's. Belongs to one worker.
final class RefreshRun {
    private let worker: Worker
    private let pipeline: Pipeline
    private let exchange: Exchange

    init(worker: Worker, pipeline: Pipeline, of exchange: Exchange) {
        self.worker = worker
        self.pipeline = pipeline
        let copy = exchange.detached(startingAt: worker.now)
        copy.isRefresh = true
        copy.record = RequestRecord()
        self.exchange = copy
    }

    /// - Returns: whether there was a whole answer.
    func perform() async -> Bool {
        worker.metrics.requestStarted()
        defer { report() }
        do throws(GatewayError) {
            if pipeline.routesByCaller { await pipeline.identify(exchange) }
            guard let route = pipeline.route(for: exchange) else { throw pipeline.reasonForNoRoute(exchange) }
            exchange.record.route = route.name
            exchange.record.modelLabel = exchange.model.flatMap(pipeline.modelLabel)
            let response = try await route.chain.run(exchange)
            exchange.record.status = response.status
            try await read(response.body)
            return response.status == 200
        } catch {
            exchange.record.status = error.status
            exchange.record.error = error.kind
            exchange.record.blame = error.blame
            return false
        }
    }

    private func read(_ body: ResponseBody) async throws(GatewayError) {
        guard case .stream(let source) = body.content else { return body.end(.finished) }
        do throws(GatewayError) {
            while try await source.next() != nil {}
            body.end(.finished)
        } catch {
            body.end(.failed(error))
            throw error
        }
    }

    private func report() {
        let record = exchange.takeRecord()
        let times = RequestTimes(of: record, started: exchange.started, ended: worker.now)
        worker.metrics.requestEnded(record, times: times, isStreaming: exchange.isStreaming)
        guard worker.accessLog.isOn else { return }
        let method = exchange.request.head.method.description
        worker.accessLog.write(AccessLogEntry(exchange, record, method: method, bytesIn: 0, configGeneration: pipeline.generation, times: times))
    }
}
