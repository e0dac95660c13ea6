import GatewayCore
import JSONBytes

/// An error that is not spelled as this dialect spells errors: another dialect's, or some server's own.
///
/// - SeeAlso: wire.md, sections 4.4, 5.4 and 9
struct OpenAIForeignError: Equatable {
    /// For the client. nil when there are no words in it.
    let message: String?
    /// Anthropic's `type`, Gemini's `status`.
    private let word: String?
    /// The status that the error itself names; nil when it names none.
    let status: Int?
    private let isKeyInvalid: Bool
    let isQuotaSpent: Bool

    /// - Returns: nil when `body` is no JSON object, nor a list of one.
    init?(_ body: [UInt8]) {
        guard let parsed = try? JSONValue(parsing: body), let top = (parsed[0] ?? parsed).object else { return nil }
        let error = top["error"]?.object ?? top
        let text = Self.words(error["message"]) ?? top["error"]?.string ?? Self.words(top["detail"])
        message = text.flatMap { $0.isEmpty ? nil : OpenAIErrorText.shown($0) }
        word = error["status"]?.string ?? error["type"]?.string
        status = word.flatMap { Self.statuses[$0] } ?? error["code"]?.int.flatMap { (400...599).contains($0) ? $0 : nil }
        let details = error["details"]
        isKeyInvalid = details?.array?.contains { $0["reason"]?.string == "API_KEY_INVALID" } ?? false
        isQuotaSpent = Self.isSpendLimit(details?["error_code"]?.string)
    }

    /// A sentence; or, of servers that check requests by a schema, such as Mistral's and vLLM, what is wrong with each field.
    private static func words(_ value: JSONValue?) -> String? {
        if let text = value?.string { return text }
        guard let faults = value?.array ?? value?["detail"]?.array else { return value?["detail"]?.string }
        let sentences = faults.prefix(8).compactMap { fault -> String? in
            guard let message = fault["msg"]?.string else { return nil }
            let place = (fault["loc"]?.array ?? []).compactMap { $0.string ?? $0.int.map(String.init) }.filter { $0 != "body" }
            return place.isEmpty ? message : place.joined(separator: ".") + ": " + message
        }
        return sentences.isEmpty ? nil : sentences.joined(separator: "; ")
    }

    /// Whether the gateway's own credential was refused. With Gemini that is a 400 (wire.md, section 5.4).
    func isCredentialProblem(status: Int) -> Bool { isKeyInvalid || [401, 402, 403].contains(status) }

    /// Anthropic's codes for money that is spent, such as `enforced_spend_limit_reached`.
    static func isSpendLimit(_ code: String?) -> Bool { code?.contains("spend_limit") ?? false }

    /// - SeeAlso: wire.md, section 9
    func names(status: Int) -> (type: String, code: String?) {
        switch status {
        case 404: ("invalid_request_error", "model_not_found")
        case 429: isQuotaSpent ? ("insufficient_quota", "insufficient_quota") : ("requests", "rate_limit_exceeded")
        case 503, 529: ("server_error", "overloaded")
        case 408, 504: ("server_error", "timeout")
        case 500...: ("server_error", nil)
        default: ("invalid_request_error", isContextTooLong ? "context_length_exceeded" : nil)
        }
    }

    /// By the words, since neither Anthropic nor Gemini has a code for it; both as recorded.
    private var isContextTooLong: Bool {
        guard let message else { return false }
        return message.contains("prompt is too long") || message.contains("exceeds the maximum number of tokens")
    }

    private static let statuses: [String: Int] = [
        "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403, "not_found_error": 404,
        "conflict_error": 409, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504, "overloaded_error": 529,
        "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
        "ABORTED": 409, "ALREADY_EXISTS": 409, "RESOURCE_EXHAUSTED": 429, "INTERNAL": 500, "UNKNOWN": 500, "UNAVAILABLE": 503,
        "DEADLINE_EXCEEDED": 504,
    ]
}

// What may be passed on as it is.
extension OpenAIForeignError {
    private static let topNames: JSONNames = ["error", "type", "sequence_number"]
    private static let errorNames: JSONNames = ["message", "status", "code", "param"]

    /// Whether `body` is an error as this dialect spells it: an object with a message, and nothing that only another dialect has.
    static func isNative(_ body: [UInt8]) -> Bool {
        guard let top = try? JSONScanner.topLevel(body, wanted: topNames), type(of: body, top) != "error" else { return false }
        guard let error = error(in: body, top) else { return false }
        return error["message"]?.kind == .string && !(error["status"]?.kind == .string && error["code"]?.kind == .number)
    }

    /// The same of an event's data. Events of responses streams have types, and an error's is `error`, as Anthropic's is: what is in it tells them apart.
    static func isNative(event: [UInt8], operation: Operation) -> Bool {
        guard operation == .responses, let top = try? JSONScanner.topLevel(event, wanted: topNames), let type = type(of: event, top) else {
            return isNative(event)
        }
        guard type == "error", let error = error(in: event, top) else { return type == "error" || type.hasPrefix("response.") }
        return top["sequence_number"] != nil || error["code"] != nil || error["param"] != nil
    }

    private static func type(of body: [UInt8], _ top: JSONTopLevel) -> String? {
        guard let type = top["type"] else { return nil }
        return try? type.string(in: body)
    }

    private static func error(in body: [UInt8], _ top: JSONTopLevel) -> JSONTopLevel? {
        guard let field = top["error"], field.kind == .object else { return nil }
        return try? JSONScanner.topLevel(body, in: field.value, wanted: errorNames)
    }
}
