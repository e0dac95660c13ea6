import HTTPWire
import JSONBytes

/// What clouds are strict about besides what the dialect's maker is.
enum CloudChecks {
    /// - Returns: nil when the cloud would take the request.
    static func mistake(in request: MockRequest) -> String? {
        switch request.cloud {
        case nil, .bedrock: return nil
        case .azure(_, let deployment):
            let isVersioned = (request.head.query ?? "").hasPrefix("api-version=")
            if deployment != nil, !isVersioned { return "Missing required query parameter: api-version" }
            return request.head.fields.contains("api-key") || request.head.fields.contains("authorization") ? nil : "Access denied: no key."
        case .vertexGemini(_, let verb):
            if verb == "embedContent" || verb == "batchEmbedContents" { return "Unknown method." }
            return hasToken(request)
        case .vertexClaude(let model, let verb): return hasToken(request) ?? claude(request, model, verb)
        }
    }

    private static func hasToken(_ request: MockRequest) -> String? {
        let isToken = request.head.fields.first("authorization")?.hasPrefix("Bearer ") ?? false
        return isToken || request.head.fields.contains("x-goog-api-key") ? nil : "Request is missing required authentication credential."
    }

    private static func claude(_ request: MockRequest, _ model: String, _ verb: String) -> String? {
        let body = request.json ?? JSONObject()
        guard body["anthropic_version"]?.string != nil else { return "anthropic_version: Field required" }
        if model == "count-tokens" { return body["model"] == nil ? "model: Field required" : nil }
        if body["model"] != nil { return "model: Extra inputs are not permitted" }
        return verb == (request.wantsStream ? "streamRawPredict" : "rawPredict") ? nil : "stream: the method says otherwise"
    }
}
