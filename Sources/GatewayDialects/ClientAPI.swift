package import GatewayCore
import HTTPWire

/// Which API a request belongs to. Everything here is about method, path and one header; the query takes no part, the body comes later.
package enum ClientAPI: Equatable, Sendable {
    /// - `path`: in its `/v1` form.
    case openai(path: String)
    case anthropic(path: String)
    case gemini(GeminiPath)

    /// - Parameters:
    ///   - speaksAnthropic: whether the request has an `anthropic-version`: the list of models has the same path in two APIs.
    /// - Returns: nil for a path of none.
    package init?(method: String, path: String, speaksAnthropic: @autoclosure () -> Bool) {
        // Nearly all requests have one of a few paths, which need no taking apart.
        if let common = OpenAIPath.common(path) {
            self = common == "/v1/models" && speaksAnthropic() ? .anthropic(path: common) : .openai(path: common)
        } else if let path = AnthropicPath.versioned(path) {
            self = .anthropic(path: path)
        } else if let path = GeminiPath(method: method, path: path) {
            self = .gemini(path)
        } else if let path = OpenAIPath.versioned(path) {
            self = OpenAIPath.modelID(path) != nil && speaksAnthropic() ? .anthropic(path: path) : .openai(path: path)
        } else {
            return nil
        }
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
        switch self {
        case .openai(let path): try OpenAIRequest(method: request.head.method.description, path: path, body: request.body).describe(exchange)
        case .anthropic(let path):
            try AnthropicRequest(method: request.head.method.description, path: path, body: request.body).describe(exchange)
            if OpenAIPath.operation(method: request.head.method.description, path: path) == .models { exchange.operation = .models }
        case .gemini(let path):
            try GeminiRequest(path: path, body: request.body).describe(exchange)
            exchange.wantsArray = path.isStreaming && !GeminiPath.wantsEvents(query: request.head.query)
        }
    }
}
