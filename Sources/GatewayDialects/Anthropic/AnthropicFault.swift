import JSONBytes

/// What an error object of Anthropic's says about itself.
///
/// - SeeAlso: wire.md, section 4.4
package enum AnthropicFault {
    private static let topNames: JSONNames = ["type", "error"]
    private static let errorNames: JSONNames = ["type", "message", "details", "code", "param"]

    /// The status that an error object stands for; nil when its type is not known, or it is no object.
    ///
    /// - Parameter range: the value of `error`.
    static func status(in text: [UInt8], at range: Range<Int>) -> Int? {
        guard let error = try? JSONScanner.topLevel(text, in: range, wanted: errorNames) else { return nil }
        guard let type = try? error["type"]?.string(in: text) else { return nil }
        return statuses[type]
    }

    /// Whether a body is an error as Anthropic writes it: `{"type":"error","error":{"type":…,"message":…}}`.
    package static func isErrorObject(_ body: [UInt8]) -> Bool { type(body) != nil }

    /// The type of an error as Anthropic writes it; nil for any other body. Error events of OpenAI's responses look alike, but for what is in them.
    static func type(_ body: [UInt8]) -> String? {
        guard let error = error(body), error["code"] == nil, error["param"] == nil, error["message"]?.kind == .string else { return nil }
        return try? error["type"]?.string(in: body)
    }

    /// Whether an error answer says that money is used up or an own limit is reached: asking again changes nothing.
    package static func isQuotaSpent(_ body: [UInt8]) -> Bool {
        guard let details = error(body)?["details"], details.kind == .object,
            let inner = try? JSONScanner.topLevel(body, in: details.value, wanted: ["error_code"]),
            let code = try? inner["error_code"]?.string(in: body)
        else { return false }
        return code == "enforced_spend_limit_reached" || code == "contract_spend_limit_reached"
    }

    /// What is said about the gateway's own credential is for nobody's eyes.
    ///
    /// - Parameter error: the value of `error`.
    static func fault(_ error: JSONValue?) -> ChatFault {
        let status = error?["type"]?.string.flatMap { statuses[$0] }
        let isAboutCredential = status.map { [401, 402, 403].contains($0) } ?? false
        let message = isAboutCredential ? nil : error?["message"]?.string
        return ChatFault(status: status, reason: "it is an error.", message: message.map(OpenAIErrorText.shown))
    }

    private static func error(_ body: [UInt8]) -> JSONTopLevel? {
        guard let top = try? JSONScanner.topLevel(body, wanted: topNames), let type = try? top["type"]?.string(in: body), type == "error",
            let error = top["error"], error.kind == .object
        else { return nil }
        return try? JSONScanner.topLevel(body, in: error.value, wanted: errorNames)
    }

    private static let statuses: [String: Int] = [
        "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403, "not_found_error": 404,
        "conflict_error": 409, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504, "overloaded_error": 529,
    ]
}
