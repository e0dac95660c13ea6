import JSONBytes

/// `{"error":{"code","message","status","details"}}`.
struct GeminiErrorBody {
    let status: Int
    let message: String
    /// Said to clients in the details, as Google does; nil: not said.
    var retryAfterSeconds: Int?

    func written() -> [UInt8] {
        var error: JSONObject = ["code": JSONValue(status), "message": .string(message), "status": .string(word)]
        if let seconds = retryAfterSeconds, status == 429 || status == 503 {
            error["details"] = [["@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .string("\(seconds)s")]]
        }
        return JSONValue.object(["error": .object(error)]).written()
    }

    /// - SeeAlso: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
    private var word: String {
        switch status {
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 405, 501: "UNIMPLEMENTED"
        case 409: "ABORTED"
        case 429: "RESOURCE_EXHAUSTED"
        case 499: "CANCELLED"
        case 503: "UNAVAILABLE"
        case 408, 504: "DEADLINE_EXCEEDED"
        default: status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT"
        }
    }
}
