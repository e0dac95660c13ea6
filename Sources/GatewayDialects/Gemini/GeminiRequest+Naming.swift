package import GatewayCore

extension GeminiRequest {
    /// A body with the target's name for the model wherever it repeats it.
    ///
    /// - Parameter model: as the provider calls it, with or without `models/` in front.
    package static func body(_ body: [UInt8], of operation: Operation, naming model: String) throws(GatewayError) -> [UInt8] {
        let target = GeminiPath.target(model: model, operation: operation, isStreaming: false)
        guard let path = GeminiPath(method: "POST", path: target) else { return body }
        return try GeminiRequest(path: path, body: body).body(body, naming: model)
    }
}
