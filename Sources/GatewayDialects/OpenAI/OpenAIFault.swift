package import GatewayCore
import JSONBytes

/// What an error object of the OpenAI dialect says about itself.
package enum OpenAIFault {
    private static let names: JSONNames = ["code", "type"]

    /// The status that an error object stands for: its `code` when that is one, else what its `code` or `type` means.
    ///
    /// - Parameter range: the value of `error`.
    /// - Returns: nil when nothing in it says, or it is no object.
    static func status(in text: [UInt8], at range: Range<Int>) -> Int? {
        guard let error = try? JSONScanner.topLevel(text, in: range, wanted: names) else { return nil }
        if let code = error["code"], let status = try? code.int(in: text), (400...599).contains(status) { return status }
        for name in ["code", "type"] {
            guard let value = error[name], let word = try? value.string(in: text), let status = statuses[word] else { continue }
            return status
        }
        return nil
    }

    /// Whether an error answer says that money or a monthly quota is used up: asking again changes nothing. Anthropic's answers say it too.
    package static func isQuotaSpent(_ body: [UInt8]) -> Bool {
        guard let top = try? JSONScanner.topLevel(body, wanted: ["error"]), let field = top["error"], field.kind == .object,
            let error = try? JSONScanner.topLevel(body, in: field.value, wanted: names)
        else { return false }
        if OpenAIForeignError(body)?.isQuotaSpent == true { return true }
        return ["code", "type"].contains { name in (try? error[name]?.string(in: body)) == "insufficient_quota" }
    }

    private static let statuses: [String: Int] = [
        "rate_limit_exceeded": 429, "rate_limit_error": 429, "insufficient_quota": 429, "tokens": 429, "requests": 429,
        "server_error": 500, "internal_server_error": 500, "api_error": 500, "overloaded": 503, "overloaded_error": 503,
        "service_unavailable": 503, "timeout": 504, "invalid_request_error": 400, "context_length_exceeded": 400, "content_filter": 400,
        "model_not_found": 404, "invalid_api_key": 401, "authentication_error": 401, "permission_error": 403,
    ]
}

extension UpstreamFailure {
    /// Whether the provider has no money or monthly quota left for us: asking it again changes nothing.
    package var isQuotaSpent: Bool { status == 429 && OpenAIFault.isQuotaSpent(body) }
}
