package import GatewayCore
package import HTTPWire

/// Which API a request belongs to. Everything here is about method, path and one header; the query takes no part, the body comes later.
package enum ClientAPI: Equatable, Sendable {
    /// - `path`: in its `/v1` form.
    case openai(path: String)
    case anthropic(path: String)
    indirect case gemini(GeminiPath)

    /// - Parameters:
    ///   - has: whether the request has a header field of this name. The lists of models have the same paths in all APIs: there `anthropic-version` and
    ///     `x-goog-api-key` tell who asks.
    /// - Returns: nil for a path of none.
    package init?(method: String, path: String, has: (String) -> Bool) {
        // Nearly all requests have one of a few paths, which need no taking apart.
        if let common = OpenAIPath.common(path), common != OpenAIPath.models {
            self = .openai(path: common)
        } else if let path = AnthropicPath.versioned(path) {
            self = .anthropic(path: path)
        } else if let path = GeminiPath(method: method, path: path, speaksGemini: has("x-goog-api-key")) {
            self = .gemini(path)
        } else if let path = OpenAIPath.versioned(path, method: method) {
            let isModel = OpenAIPath.operation(method: method, path: path) == .models
            self = isModel && has("anthropic-version") ? .anthropic(path: path) : .openai(path: path)
        } else {
            return nil
        }
    }

    package init?(_ head: RequestHead) {
        self.init(method: head.method.name, path: head.path, has: { head.fields.contains($0) })
    }

    package var dialect: Dialect {
        switch self {
        case .openai: .openai
        case .anthropic: .anthropic
        case .gemini: .gemini
        }
    }

    /// As routes match it.
    package var path: String {
        switch self {
        case .openai(let path), .anthropic(let path): path
        case .gemini(let path): path.canonical
        }
    }

    /// Reads the request, and writes down in `exchange` what was found.
    ///
    /// - Throws: `malformedBody`, `modelMissing`, `fieldRefused`.
    package func describe(_ exchange: Exchange) throws(GatewayError) {
        let request = exchange.request
        let method = request.head.method.name
        switch self {
        case .openai(let path):
            let type = request.head.fields.first("content-type")
            try OpenAIRequest(method: method, path: path, contentType: type, body: request.body).describe(exchange)
        case .anthropic(let path):
            try AnthropicRequest(method: method, path: path, body: request.body).describe(exchange)
            if OpenAIPath.operation(method: method, path: path) == .models { exchange.operation = .models }
        case .gemini(let path):
            try GeminiRequest(path: path, body: request.body).describe(exchange)
            exchange.wantsArray = path.isStreaming && !GeminiPath.wantsEvents(query: request.head.query)
        }
    }
}
