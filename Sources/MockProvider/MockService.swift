import EventLoop
import HTTPServer
import HTTPWire
import JSONBytes

/// Answers as a provider of the openai, anthropic, gemini, azure, vertex or bedrock dialect would, by the request's path, or as the request's directives say.
///
/// Belongs to its loop's thread, as its requests do.
final class MockService: HTTPService, @unchecked Sendable {
    private let loop: EventLoop
    private let defaults: Directives
    private var statistics = MockStatistics()
    private var serial = 0
    private var fixedBody: [UInt8] = []
    private var lastRequest: MockRequest?
    /// Set by whoever starts the listener.
    var connectionCount: () -> Int = { 0 }
    private static let rememberedBodyBytesMax = 1 << 20

    init(on loop: EventLoop, defaults: Directives) {
        self.loop = loop
        self.defaults = defaults
    }

    func serve(_ request: HTTPRequest, _ responder: HTTPResponder) {
        let request = MockRequest(request, defaults: defaults)
        if request.path.hasPrefix("/__mock/") { return deliver(administration(request), responder) }
        statistics.requests += 1
        if let count = request.directives.fixedBytes { return serveFixed(count, responder) }
        if request.body.count <= Self.rememberedBodyBytesMax { lastRequest = request }
        let answer = answer(request)
        if request.directives.needsNoTime, case .whole = answer.body { return deliver(answer, responder) }
        let delivery = Delivery(request, to: responder, on: loop)
        statistics.openAnswers += 1
        // The service lives as long as its loop.
        loop.spawn { [unowned self] in
            await delivery.run(answer)
            self.statistics.openAnswers -= 1
            if delivery.isGone { self.statistics.aborted += 1 }
        }
    }

    private func deliver(_ answer: MockAnswer, _ responder: HTTPResponder) {
        guard case .whole(let body) = answer.body else { return }
        responder.send(status: answer.status, fields: answer.fields, body: body)
    }

    private func serveFixed(_ count: Int, _ responder: HTTPResponder) {
        if fixedBody.count != count { fixedBody = ChatAnswers.fixed(count) }
        responder.send(status: 200, fields: [("content-type", "application/json")], body: fixedBody)
    }

    // MARK: - What to answer

    private func answer(_ request: MockRequest) -> MockAnswer {
        let directives = request.directives
        if !directives.unknown.isEmpty {
            return ErrorAnswers.answer(status: 400, message: "The mock provider does not know \(directives.unknown.joined(separator: ", ")).")
        }
        let count = directives.id.map { statistics.count($0) } ?? 0
        let fails = directives.failFirst.map { count <= $0 } ?? (directives.status != nil)
        var answer = fails ? DialectErrors.answer(directives.status ?? 503, for: request) : good(request)
        if directives.html {
            answer = MockAnswer(status: directives.status ?? 502, fields: [("content-type", "text/html")], body: .whole(ErrorAnswers.html))
        }
        if directives.redirects { answer = MockAnswer(status: 302, fields: [("location", "http://127.0.0.1:1/moved")], body: .whole([])) }
        if fails || directives.failFirst == nil, let seconds = directives.retryAfterSeconds { answer.fields.append(("retry-after", String(seconds))) }
        return dressed(answer, directives, request.dialect)
    }

    /// Adds what every OpenAI answer carries, Anthropic's with their own name of the id, and what the directives want beside it.
    private func dressed(_ plain: MockAnswer, _ directives: Directives, _ dialect: MockRequest.Dialect) -> MockAnswer {
        var answer = plain
        answer.fields += [
            (Self.idField(dialect), "req_mock" + mockSerial(serial)), ("openai-version", "2020-10-01"),
            ("openai-processing-ms", "1"), ("openai-organization", "mock-organization"), ("x-ratelimit-limit-requests", "10000"),
            ("x-ratelimit-remaining-requests", "9999"), ("x-ratelimit-reset-requests", "6ms"), ("set-cookie", "mock=1; HttpOnly"),
        ]
        if let count = directives.headerBytes { answer.fields.append(("x-mock-filler", String(repeating: "f", count: count))) }
        guard case .whole(var body) = answer.body else { return answer }
        if directives.garbageBody { body = Array(body.dropLast(2)) + Array(",,}".utf8) }
        if directives.gzip {
            body = StoredGzip.encoded(body)
            answer.fields.append(("content-encoding", "gzip"))
        }
        answer.body = .whole(body)
        return answer
    }

    private static func idField(_ dialect: MockRequest.Dialect) -> String {
        switch dialect {
        case .openai, .gemini: "x-request-id"
        case .anthropic: "request-id"
        case .bedrock: "x-amzn-requestid"
        }
    }

    private func good(_ request: MockRequest) -> MockAnswer {
        serial += 1
        if request.directives.echoes { return OtherAnswers.echo(request) }
        if let mistake = CloudChecks.mistake(in: request) { return DialectErrors.answer(400, for: request, message: mistake) }
        if request.method == .post, request.dialect != .openai {
            guard request.json != nil else { return DialectErrors.answer(400, for: request) }
            if request.dialect == .bedrock { return ConverseAnswers(request, serial: serial)?.answer() ?? OtherAnswers.echo(request) }
            if request.dialect == .anthropic { return MessagesAnswers(request: request, serial: serial).answer() }
            return GenerateAnswers(request, serial: serial)?.answer() ?? OtherAnswers.echo(request)
        }
        let created = WallClock.unixMilliseconds / 1000
        switch (request.method, request.path) {
        case (.get, "/models"), (.head, "/models"): return OtherAnswers.modelList()
        case (.get, let path) where path.hasPrefix("/models/"): return OtherAnswers.model(named: String(path.dropFirst("/models/".count)))
        case (.post, "/chat/completions"), (.post, "/completions"), (.post, "/responses"), (.post, "/embeddings"):
            guard request.json != nil else { return ErrorAnswers.answer(status: 400, message: "The body is not a JSON object.") }
            return generated(request, created)
        case (.post, _), (.delete, _): return OtherAnswers.echo(request)
        default: return ErrorAnswers.answer(status: 404, message: "Unknown request URL: \(request.method) \(request.path).")
        }
    }

    private func generated(_ request: MockRequest, _ created: Int) -> MockAnswer {
        switch request.path {
        case "/embeddings": EmbeddingsAnswers(request: request).answer()
        case "/responses": ResponsesAnswers(request: request, serial: serial, created: created).answer()
        case "/completions": ChatAnswers(form: .text, request: request, serial: serial, created: created).answer()
        default: ChatAnswers(form: .chat, request: request, serial: serial, created: created).answer()
        }
    }

    /// For tests: what was seen, and forgetting it.
    private func administration(_ request: MockRequest) -> MockAnswer {
        switch (request.method, request.path) {
        case (.get, "/__mock/stats"): return .json(statistics.json(connections: connectionCount()).written())
        case (.get, "/__mock/last"): return lastRequest.map(OtherAnswers.echo) ?? ErrorAnswers.answer(status: 404, message: "No request yet.")
        case (.post, "/__mock/reset"):
            statistics.reset()
            lastRequest = nil
            return .json(Array("{}".utf8))
        default: return ErrorAnswers.answer(status: 404, message: "The mock provider has /__mock/stats, /__mock/last and /__mock/reset.")
        }
    }

    // MARK: - HTTPService

    func refuse(_ refusal: HTTPRefusal, _ responder: HTTPResponder) {
        let answer = error(refusal.sentence)
        responder.send(status: refusal.status, fields: answer.fields, body: answer.body)
    }

    func connectionRefused(_ reason: ConnectionRefusal) -> (fields: [(String, String)], body: [UInt8]) { error("Too many connections.") }

    private func error(_ message: String) -> (fields: [(String, String)], body: [UInt8]) {
        ([("content-type", "application/json")], ErrorAnswers.body(message: message, type: "invalid_request_error", code: nil))
    }

    func connectionAccepted() {}
    func connectionClosed() {}
}
