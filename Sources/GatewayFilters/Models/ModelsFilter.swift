package import GatewayCore
import GatewayDialects
import HTTPWire

/// Answers the lists of models (`GET /v1/models`, `GET /v1beta/models`) and their entries with what the caller may use, in the dialect of the asker; all other
/// requests go on.
///
/// Stands behind authn and quota, so that whoever asks is known and counted.
package struct ModelsFilter: Filter {
    private let names: [String]
    private let created: Int

    /// - Parameters:
    ///   - names: the models of the file, in its order.
    ///   - created: seconds since 1970, the time of the file; clients want one, no provider is asked.
    package init(names: [String], created: Int) {
        self.names = names
        self.created = created
    }

    package func passes(_ exchange: Exchange) -> Bool { exchange.operation != .models }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        guard exchange.operation == .models else { return try await next(exchange) }
        let allowed = names.filter { exchange.caller?.mayUse($0) ?? true }
        let body: [UInt8]
        if asksForOne(exchange) {
            // An id that cannot be decoded is nobody's. Gemini's has been read already.
            guard let name = exchange.dialect == .gemini ? exchange.model : OpenAIPath.modelID(exchange.path) else { throw .routeMissing }
            guard allowed.contains(name) else { throw .modelUnknown(model: name) }
            body = one(name, exchange.dialect)
        } else {
            body = list(allowed, exchange.dialect)
        }
        return Response(status: 200, headers: [HeaderField("content-type", "application/json")], body: ResponseBody(bytes: body))
    }

    private func asksForOne(_ exchange: Exchange) -> Bool {
        exchange.dialect == .gemini ? exchange.model != nil : exchange.path != OpenAIPath.models
    }

    private func one(_ name: String, _ dialect: Dialect) -> [UInt8] {
        switch dialect {
        case .openai: OpenAIModels.one(name, created: created)
        case .anthropic: AnthropicModels.one(name, created: created)
        case .gemini: GeminiModels.one(name)
        }
    }

    private func list(_ names: [String], _ dialect: Dialect) -> [UInt8] {
        switch dialect {
        case .openai: OpenAIModels.list(names, created: created)
        case .anthropic: AnthropicModels.list(names, created: created)
        case .gemini: GeminiModels.list(names)
        }
    }
}
