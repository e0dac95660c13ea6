import GatewayCore
import MonotonicClock
import Synchronization
import Testing

@testable import GatewayTelemetry

@Suite("The metrics page")
struct MetricsPageTests {
    @Test func `is valid before the first request`() throws {
        let page = try MetricsRegistry.sample(workers: 2).page()

        #expect(page.value("weir_inflight_requests") == 0)
        #expect(page.value("weir_workers") == 2)
        #expect(page.value("weir_workers_ready") == 0)
        #expect(page.value("weir_build_info", ["version": "0.1.0", "swift": "6.3"]) == 1)
        #expect(page.value("weir_config_last_reload_successful") == 0)
    }

    @Test func `adds up what all workers counted`() throws {
        let registry = MetricsRegistry.sample(workers: 3)
        for shard in registry.shards {
            shard.beat()
            shard.connectionOpened()
            shard.count(.sample())
            shard.count(.sample(provider: "gemini"))
        }
        registry.shard(worker: 2).count(.sample())
        registry.shard(worker: 1).connectionClosed()
        registry.shard(worker: 0).requestStarted()

        let page = try registry.page()

        let labels = ["route": "chat", "model": "fast", "status_class": "2xx", "blame": "none"]
        #expect(page.value("weir_requests_total", labels.merging(["provider": "openai"]) { $1 }) == 4)
        #expect(page.value("weir_requests_total", labels.merging(["provider": "gemini"]) { $1 }) == 3)
        #expect(page.value("weir_request_duration_seconds_count", ["route": "chat"]) == 7)
        #expect(page.value("weir_connections", ["state": "open"]) == 2)
        #expect(page.value("weir_connections_accepted_total") == 3)
        #expect(page.value("weir_inflight_requests") == 1)
        #expect(page.value("weir_workers_ready") == 3)
    }

    @Test func `calls a worker ready while it is heard of, and until it takes no more requests`() throws {
        let time = Mutex(Instant.now)
        let registry = MetricsRegistry(workers: 2, build: [], now: { time.withLock { $0 } })
        func ready(after duration: Duration) throws -> Double? {
            time.withLock { $0 += duration }
            return try registry.page().value("weir_workers_ready")
        }
        for shard in registry.shards { shard.beat() }

        #expect(try ready(after: .milliseconds(4999)) == 2)
        registry.shard(worker: 1).beat()
        #expect(try ready(after: .milliseconds(1)) == 1, "the loop of the other one hangs")
        registry.shard(worker: 0).beat()
        #expect(try ready(after: .zero) == 2)
        registry.shard(worker: 1).stopTakingRequests()
        registry.shard(worker: 1).beat()
        #expect(try ready(after: .zero) == 1)
    }

    @Test(arguments: [
        (200, ErrorKind?.none, Blame.none, "2xx"), (204, nil, .none, "2xx"), (304, nil, .none, "3xx"), (404, .notFound, .caller, "4xx"),
        (429, .rateLimitExceeded, .caller, "4xx"), (502, .upstreamUnreachable, .upstream, "5xx"), (200, .upstreamCut, .upstream, "2xx"),
        (499, .clientGone, .caller, "client_gone"), (200, .clientGone, .caller, "client_gone"), (0, nil, .none, "none"),
        (700, nil, .none, "none"),
    ])
    func `counts a request by its status class and its blame`(status: Int, error: ErrorKind?, blame: Blame, expected: String) throws {
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(.sample(status: status, error: error, blame: blame))

        let page = try registry.page()

        let labels = ["route": "chat", "model": "fast", "provider": "openai", "status_class": expected, "blame": blame.rawValue]
        #expect(page.value("weir_requests_total", labels) == 1)
        #expect(page.families["weir_requests_total"]?.samples.count == 1)
        if let error { #expect(page.value("weir_request_errors_total", ["route": "chat", "error": error.rawValue]) == 1) }
    }

    @Test func `writes other for a model and none for a route or provider that the file does not know`() throws {
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(.sample(route: nil, model: nil, provider: nil, status: 404, error: .notFound, blame: .caller))

        let page = try registry.page()

        let labels = ["route": "none", "model": "other", "provider": "none", "status_class": "4xx", "blame": "caller"]
        #expect(page.value("weir_requests_total", labels) == 1)
        #expect(page.families["weir_upstream_attempts_total"]?.samples.isEmpty == true)
    }

    @Test(arguments: [#"a"b"#, #"back\slash"#, "two\nlines", #"\n"#, "ü — 日本", "tab\there", "{}=,"])
    func `escapes names so that a reader gets them back`(name: String) throws {
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(.sample(route: name))

        let page = try registry.page()

        #expect(page.value("weir_request_duration_seconds_count", ["route": name]) == 1)
    }

    @Test func `counts tokens by kind`() throws {
        var record = RequestRecord.sample()
        record.usage = Usage(input: 100, output: 20, cachedInput: 64, reasoning: 5)
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(record)
        registry.shard(worker: 0).count(record)

        let page = try registry.page()

        for (kind, count) in [("input", 200.0), ("output", 40), ("cached_input", 128), ("reasoning", 10)] {
            #expect(page.value("weir_tokens_total", ["route": "chat", "model": "fast", "provider": "openai", "type": kind]) == count)
        }
    }

    @Test func `does not count the tokens of an answer from the cache again`() throws {
        var record = RequestRecord.sample()
        record.usage = Usage(input: 100, output: 20)
        record.cache = .miss
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(record)
        record.cache = .hit
        registry.shard(worker: 0).count(record)

        let page = try registry.page()

        #expect(page.value("weir_tokens_total", ["route": "chat", "model": "fast", "provider": "openai", "type": "input"]) == 100)
    }

    @Test func `never lowers a counter for a provider that reports negative tokens`() throws {
        var record = RequestRecord.sample()
        record.usage = Usage(input: -5, output: 7)
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(record)

        let page = try registry.page()

        #expect(page.families["weir_tokens_total"]?.samples.map(\.value) == [7])
    }

    @Test func `counts what happened on a request's way`() throws {
        var record = RequestRecord.sample()
        record.cache = .hit
        record.sharedFlight = true
        record.retries = 2
        record.fallbacks = ["smart", "local/llama"]
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(record)
        registry.shard(worker: 0).count(.sample(status: 429, error: .rateLimitExceeded, blame: .caller))

        let page = try registry.page()

        #expect(page.value("weir_cache_requests_total", ["route": "chat", "result": "shared"]) == 1)
        #expect(page.value("weir_shared_flights_total") == 1)
        #expect(page.value("weir_retries_total", ["route": "chat"]) == 2)
        #expect(page.value("weir_fallbacks_total", ["route": "chat", "to": "smart"]) == 1)
        #expect(page.value("weir_fallbacks_total", ["route": "chat", "to": "local/llama"]) == 1)
        #expect(page.value("weir_quota_rejections_total", ["route": "chat"]) == 1)
    }

    @Test(arguments: [
        (Int?(200), ErrorKind?.none, "ok"), (429, .upstreamStatus, "rate_limited"), (400, .upstreamStatus, "client_error"),
        (503, .upstreamStatus, "server_error"), (401, .upstreamAuth, "auth_refused"), (nil, .upstreamUnreachable, "unreachable"),
        (nil, .timeout, "timeout"), (200, .badUpstream, "bad_answer"), (200, .upstreamCut, "cut"), (nil, .clientGone, "cancelled"),
        (nil, .internalFailure, "server_error"),
    ])
    func `counts each attempt under its own provider and by how it ended`(status: Int?, error: ErrorKind?, expected: String) throws {
        let failed = Attempt(provider: "backup", model: "m", status: status, error: error, duration: .seconds(1))
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(.sample(provider: "openai", attempts: [failed, Attempt(provider: "openai", model: "m", status: 200)]))

        let page = try registry.page()

        #expect(page.value("weir_upstream_attempts_total", ["provider": "backup", "result": expected]) == 1)
        #expect(page.value("weir_upstream_attempts_total", ["provider": "openai", "result": "ok"]) == 1)
        #expect(page.value("weir_upstream_attempt_duration_seconds_sum", ["provider": "backup"]) == 1)
        #expect(page.value("weir_upstream_auth_failures_total", ["provider": "backup"]) == (expected == "auth_refused" ? 1 : 0))
    }

    @Test func `counts a stream that breaks off as its provider's failure`() throws {
        let attempts = [Attempt(provider: "openai", model: "m", status: 200)]
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(.sample(error: .upstreamCut, blame: .upstream, attempts: attempts))
        registry.shard(worker: 0).count(.sample(status: 499, error: .clientGone, blame: .caller, attempts: attempts))

        let page = try registry.page()

        #expect(page.value("weir_upstream_attempts_total", ["provider": "openai", "result": "cut"]) == 1)
        #expect(page.value("weir_upstream_attempts_total", ["provider": "openai", "result": "ok"]) == 1)
    }

    @Test func `counts what broke before it was a request`() throws {
        let registry = MetricsRegistry.sample()
        let shard = registry.shard(worker: 0)
        for status in [400, 400, 431, 599] { shard.wireError(status: status) }
        shard.connectionRefused(.tooMany)

        let page = try registry.page()

        #expect(page.value("weir_wire_errors_total", ["status": "400"]) == 2)
        #expect(page.value("weir_wire_errors_total", ["status": "431"]) == 1)
        #expect(page.value("weir_wire_errors_total", ["status": "other"]) == 1)
        #expect(page.value("weir_connections_refused_total", ["reason": "too_many"]) == 1)
        #expect(page.value("weir_connections_refused_total", ["reason": "out_of_descriptors"]) == 0)
    }

    @Test func `appends to what the buffer holds already`() throws {
        var bytes = Array("# first\n".utf8)

        MetricsRegistry.sample().render(into: &bytes)

        #expect(bytes.starts(with: "# first\n# HELP weir_requests_total ".utf8))
    }
}
