import GatewayCore
import GatewayDialects
import JSONBytes

@testable import GatewayFilters
import HTTPWire

extension Provider {
    /// One that speaks `dialect`. Its key is `provider-key`.
    static func speaking(
        _ dialect: Dialect, name: String? = nil, formats: [ChatFormat]? = nil, quirks: ChatQuirks = ChatQuirks(), headers: [HeaderField] = []
    ) -> Provider {
        let name = name ?? dialect.rawValue
        return Provider(
            name: name, dialect: dialect, endpoint: UpstreamEndpoint(provider: name, url: "https://\(name).example/v1"), formats: formats,
            quirks: quirks, key: "provider-key", headers: headers, eventBytesMax: 1 << 20)
    }
}

extension Target {
    /// A model of a provider that speaks `dialect`.
    static func speaking(
        _ dialect: Dialect, name: String? = nil, formats: [ChatFormat]? = nil, model: String? = "target-model", drops: [String] = [],
        outputTokensMax: Int? = nil, takesBudgets: Bool = false, budgets: [ChatReasoning.Effort: Int] = [:]
    ) throws -> Target {
        let edits = try drops.map { JSONEdit.remove(try JSONPointer($0)) }
        return Target(
            provider: .speaking(dialect, name: name, formats: formats), model: model, state: TargetState(),
            drops: edits.isEmpty ? nil : try JSONEditPlan(edits), outputTokensMax: outputTokensMax, takesBudgets: takesBudgets, budgets: budgets)
    }
}

extension Exchange {
    /// A request of any API, as the server hands it to the pipeline.
    static func asking(
        _ target: String, _ body: String, on worker: FakeWorker = FakeWorker(), method: String = "POST", headers: [(String, String)] = []
    ) throws(GatewayError) -> Exchange {
        let exchange = Exchange.sample(on: worker, method: method, target: target, headers: headers, body: body, operation: .other, model: nil)
        guard let api = ClientAPI(exchange.request.head) else { throw .routeMissing }
        exchange.dialect = api.dialect
        exchange.path = api.path
        try api.describe(exchange)
        return exchange
    }

    /// The same words in the format of a client: "Hi", under the instruction "Be kind.".
    static func greeting(
        from format: ChatFormat, streaming: Bool = false, on worker: FakeWorker = FakeWorker(), headers: [(String, String)] = []
    ) throws(GatewayError) -> Exchange {
        let stream = streaming ? #","stream":true"# : ""
        switch format {
        case .openAIChat:
            let messages = #"[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}]"#
            return try asking("/v1/chat/completions", #"{"model":"fast","messages":\#(messages)\#(stream)}"#, on: worker, headers: headers)
        case .openAIResponses:
            return try asking("/v1/responses", #"{"model":"fast","instructions":"Be kind.","input":"Hi"\#(stream)}"#, on: worker, headers: headers)
        case .anthropic:
            let body = #"{"model":"fast","max_tokens":100,"system":"Be kind.","messages":[{"role":"user","content":"Hi"}]\#(stream)}"#
            return try asking("/v1/messages", body, on: worker, headers: headers)
        case .gemini:
            let body = #"{"systemInstruction":{"parts":[{"text":"Be kind."}]},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#
            let verb = streaming ? "streamGenerateContent?alt=sse" : "generateContent"
            return try asking("/v1beta/models/fast:" + verb, body, on: worker, headers: headers)
        case .bedrock: preconditionFailure("no client speaks it")
        }
    }
}

extension UpstreamRequest {
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? nil }
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension RequestTransform {
    /// The request that `target` gets of `exchange`.
    func request(for exchange: Exchange, to target: Target) throws(GatewayError) -> UpstreamRequest {
        var plan = try AttemptPlan(exchange, to: target.provider)
        return try request(for: exchange, to: target, by: &plan, timeouts: UpstreamTimeouts())
    }
}
