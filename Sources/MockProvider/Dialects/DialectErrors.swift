import JSONBytes

/// Errors as Anthropic and Gemini word them.
enum DialectErrors {
    static func answer(_ status: Int, for request: MockRequest, message: String? = nil) -> MockAnswer {
        let told = message ?? "The mock provider was told to answer \(status)."
        switch request.dialect {
        case .openai: return ErrorAnswers.answer(status: status, message: message)
        case .bedrock: return ConverseAnswers.error(status, bedrockType(status), told)
        case .anthropic: return .json(anthropic(type: anthropicType(status), message: told), status: status)
        case .gemini: return .json(gemini(status: status, message: told), status: status)
        }
    }

    static func anthropic(type: String, message: String) -> [UInt8] {
        JSONValue.object(["type": "error", "error": ["type": JSONValue(type), "message": JSONValue(message)], "request_id": "req_mock"]).written()
    }

    static func gemini(status: Int, message: String) -> [UInt8] {
        JSONValue.object(["error": ["code": JSONValue(status), "message": JSONValue(message), "status": JSONValue(geminiStatus(status))]]).written()
    }

    private static func anthropicType(_ status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }

    private static func bedrockType(_ status: Int) -> String {
        switch status {
        case 401, 403: "AccessDeniedException"
        case 404: "ResourceNotFoundException"
        case 408: "ModelTimeoutException"
        case 424: "ModelErrorException"
        case 429: "ThrottlingException"
        case 503, 529: "ServiceUnavailableException"
        case 500...: "InternalServerException"
        default: "ValidationException"
        }
    }

    private static func geminiStatus(_ status: Int) -> String {
        switch status {
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 429: "RESOURCE_EXHAUSTED"
        case 503: "UNAVAILABLE"
        case 504: "DEADLINE_EXCEEDED"
        case 500...: "INTERNAL"
        default: "INVALID_ARGUMENT"
        }
    }
}
