import JSONBytes

/// Errors as OpenAI words them.
enum ErrorAnswers {
    static func body(message: String, type: String, code: String?) -> [UInt8] {
        let error: JSONValue = ["message": JSONValue(message), "type": JSONValue(type), "param": nil, "code": code.map { .string($0) } ?? nil]
        return JSONValue.object(["error": error]).written()
    }

    static func answer(status: Int, message: String? = nil) -> MockAnswer {
        let (type, code, sentence) = wording(status)
        return .json(body(message: message ?? sentence, type: type, code: code), status: status)
    }

    /// The event that ends a stream that failed after its head.
    static func event() -> [UInt8] {
        Array("data: ".utf8) + body(message: "The mock provider failed inside the stream.", type: "server_error", code: nil) + Array("\n\n".utf8)
    }

    private static func wording(_ status: Int) -> (type: String, code: String?, message: String) {
        switch status {
        case 401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided.")
        case 403: ("invalid_request_error", "unsupported_country_region_territory", "Not available in this region.")
        case 404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it.")
        case 429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests.")
        case 500...: ("server_error", nil, "The mock provider was told to answer \(status).")
        default: ("invalid_request_error", nil, "The mock provider was told to answer \(status).")
        }
    }

    static let html = Array("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n".utf8)
}
