import EventLoop
import GatewayConfig
import GatewayFilters
import GatewayTelemetry
import JSONBytes

/// `POST /cache/purge`, for `weir cache purge`: `{"route":"chat"}`, `{"caller":"app"}`, both, or `{"all":true}`.
final class CachePurge: Sendable {
    static let path = "/cache/purge"

    private let shared: SharedState
    private let live: LivePipeline
    private let worker: Worker
    private let loop: EventLoop
    private let log: OperationalLog

    /// - Parameters:
    ///   - worker: whose way to Redis is taken.
    ///   - loop: where the answer is given.
    init(shared: SharedState, live: LivePipeline, worker: Worker, answeringOn loop: EventLoop, log: OperationalLog) {
        self.shared = shared
        self.live = live
        self.worker = worker
        self.loop = loop
        self.log = log
    }

    func serve(_ body: [UInt8], _ answer: @escaping (_ status: Int, _ json: String) -> Void) {
        let scope: PurgeScope
        do { scope = try Self.scope(body, routes: live.pipeline.configuration.routes.map(\.name)) } catch {
            return answer(400, Self.text(["error": JSONValue(error.sentence)]))
        }
        let (shared, worker, loop, log) = (shared, worker, loop, log)
        let reply = Reply(answer: answer)
        let purge: @Sendable () async -> Void = {
            let (count, isShared) = await shared.cache.purge(scope, on: worker)
            log.info(
                "cache purged", ("route", .string(scope.route ?? "*")), ("caller", .string(scope.caller ?? "*")), ("answers", .int(count)),
                ("redis", .string(isShared.map { $0 ? "told" : "not reached" } ?? "none")))
            loop.execute { reply.answer(200, Self.text(Self.report(count, isShared))) }
        }
        worker.loop.execute { worker.loop.spawn(purge) }
    }

    /// Comes from the admin loop, and goes back there.
    private struct Reply: @unchecked Sendable {
        let answer: (Int, String) -> Void
    }

    struct Mistake: Error { let sentence: String }

    private static func scope(_ body: [UInt8], routes: [String]) throws(Mistake) -> PurgeScope {
        guard let members = (try? JSONValue(parsing: body))?.object else { throw Mistake(sentence: "The body must be a JSON object.") }
        for name in members.names where !["all", "route", "caller"].contains(name) {
            throw Mistake(sentence: "There is only all, route and caller.")
        }
        let (route, caller) = (members["route"]?.string, members["caller"]?.string)
        if let route, !routes.contains(route) { throw Mistake(sentence: "No route of the live file has this name.") }
        guard (members["all"]?.bool ?? false) == (route == nil && caller == nil) else {
            throw Mistake(sentence: "Say what to purge: a route, a caller, both, or all.")
        }
        return PurgeScope(route: route, caller: caller)
    }

    private static func report(_ count: Int, _ isShared: Bool?) -> JSONValue {
        ["answers": JSONValue(count), "redis": JSONValue(isShared.map { $0 ? "told" : "unreachable" } ?? "none")]
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.written(), as: UTF8.self) + "\n" }
}
