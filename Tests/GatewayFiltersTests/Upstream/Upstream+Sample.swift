import GatewayConfig
import GatewayCore
import GatewayDialects

@testable import GatewayFilters
import HTTPWire

extension Provider {
    static func sample(
        _ name: String = "alpha", dialect: Dialect = .openai, key: String? = nil, headers: [HeaderField] = [], bodyBytesMax: Int = 1 << 20
    ) -> Provider {
        Provider(
            name: name, dialect: dialect,
            endpoint: UpstreamEndpoint(
                provider: name, url: "https://\(name).example/v1", limits: UpstreamEndpoint.Limits(responseBodyBytes: bodyBytesMax)),
            key: key, headers: headers, eventBytesMax: 1 << 20)
    }
}

extension Target {
    static func sample(
        _ provider: String = "alpha", dialect: Dialect = .openai, model: String? = nil, weight: Int = 1, bodyBytesMax: Int = 1 << 20
    ) -> Target {
        Target(provider: .sample(provider, dialect: dialect, bodyBytesMax: bodyBytesMax), model: model, weight: weight, state: TargetState())
    }
}

extension AttemptAnswer {
    /// Of a provider that speaks the client's dialect.
    static func same(_ exchange: Exchange, _ provider: Provider) -> AttemptAnswer {
        AttemptAnswer(plan: .same, exchange: exchange, provider: provider, seals: ChatSeals())
    }
}

extension UpstreamPolicy {
    static func sample(
        balance: Balance = .first, total: Duration = .seconds(600), attempts: Int = 0, on: [Condition] = [.any],
        ejection: EjectionPolicy? = nil
    ) -> UpstreamPolicy {
        UpstreamPolicy(
            balance: balance, timeouts: UpstreamTimeouts(connect: .seconds(2), firstByte: .seconds(20), idle: .seconds(30), total: total),
            retry: RetryPolicy(attempts: attempts, on: Conditions(on)), ejection: ejection)
    }
}

extension FallbackFilter {
    /// A route that serves the model `fast` from `targets`.
    static func sample(
        _ targets: [Target] = [.sample()], others: [ServedModel] = [], passThrough: Target? = nil, policy: UpstreamPolicy = .sample(),
        rules: [FallbackRule] = [], transform: RequestTransform = RequestTransform(), budgetPercent: Int = 100
    ) -> FallbackFilter {
        let models = [ServedModel(name: "fast", targets: targets)] + others
        return FallbackFilter(
            models: Dictionary(uniqueKeysWithValues: models.map { ($0.name, $0) }), passThrough: passThrough,
            caller: UpstreamCaller(policy: policy, transform: transform, budget: RetryBudget(percent: budgetPercent)), rules: rules)
    }

    func handle(_ exchange: Exchange) async throws(GatewayError) -> Response {
        try await handle(exchange, next: Next([]))
    }
}

extension Exchange {
    /// A request as the server hands it to the pipeline, its body read.
    static func read(
        _ body: String = #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]}"#, on worker: FakeWorker = FakeWorker(),
        method: String = "POST", path: String = "/v1/chat/completions", headers: [(String, String)] = []
    ) throws(GatewayError) -> Exchange {
        let exchange = Exchange.sample(on: worker, method: method, target: path, headers: headers, body: body)
        try OpenAIRequest(method: method, path: path, body: Array(body.utf8)).describe(exchange)
        return exchange
    }

    static func streaming(on worker: FakeWorker) throws(GatewayError) -> Exchange {
        try read(#"{"model":"fast","messages":[],"stream":true}"#, on: worker)
    }
}

/// Answers and pieces of answers that tests are made of.
enum Sample {
    static let answer = #"{"choices":[{"index":0,"message":{"content":"Hi"}}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#
    static let role = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
    static let word = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n"
    static let counts = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n"
    static let done = "data: [DONE]\n\n"
    /// "Hi" from Anthropic: 12 tokens in, 5 of them from its cache, and 2 out.
    static let message =
        #"{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","#
        + #""stop_sequence":null,"usage":{"input_tokens":7,"cache_read_input_tokens":5,"cache_creation_input_tokens":0,"output_tokens":2}}"#
    /// The same from Gemini.
    static let generated =
        #"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0}],"#
        + #""usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":2,"totalTokenCount":9},"modelVersion":"gemini","responseId":"r"}"#
    static let errorEvent = "data: {\"error\":{\"message\":\"Overloaded\",\"code\":\"overloaded\"}}\n\n"
}

extension FakeAnswer {
    static func failed(_ status: Int, _ body: String = #"{"error":{"message":"x"}}"#, retryAfter: String? = nil) -> FakeAnswer {
        let wait = retryAfter.map { [HeaderField("retry-after", $0)] } ?? []
        return FakeAnswer(status: status, headers: [HeaderField("content-type", "application/json")] + wait, body: body)
    }

    static var good: FakeAnswer { FakeAnswer(body: Sample.answer) }
}

extension FakeWorker {
    /// The providers asked, in order.
    var asked: [String] { sent.map(\.endpoint.provider) }

    /// Each provider gives its answers in order, and its last one for ever.
    convenience init(_ answers: [String: [@Sendable () -> FakeAnswer]]) {
        self.init()
        var given: [String: Int] = [:]
        provider = { request, _ throws(GatewayError) in
            let name = request.endpoint.provider
            guard let list = answers[name], !list.isEmpty else { throw .upstreamUnreachable(provider: name) }
            given[name, default: 0] += 1
            return list[min(given[name, default: 1], list.count) - 1]()
        }
    }
}
