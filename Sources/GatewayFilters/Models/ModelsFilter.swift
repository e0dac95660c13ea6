package import GatewayCore
import GatewayDialects

/// Answers `GET /v1/models` and `/v1/models/{id}` with what the caller may use; all other requests go on.
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

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        guard exchange.operation == .models else { return try await next(exchange) }
        let allowed = names.filter { exchange.caller?.mayUse($0) ?? true }
        let body: [UInt8]
        if exchange.path == OpenAIPath.models {
            body = OpenAIModels.list(allowed, created: created)
        } else {
            // An id that cannot be decoded is nobody's.
            guard let name = OpenAIPath.modelID(exchange.path) else { throw .routeMissing }
            guard allowed.contains(name) else { throw .modelUnknown(model: name) }
            body = OpenAIModels.one(name, created: created)
        }
        return Response(status: 200, headers: [HeaderField("content-type", "application/json")], body: ResponseBody(bytes: body))
    }
}
