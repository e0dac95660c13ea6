package import GatewayCore
import HTTPWire
import JSONBytes

/// Failures as clients of the messages API read them.
///
/// - SeeAlso: wire.md, sections 3.10, 4.4 and 9
package enum AnthropicErrors {
    /// Longest `retry-after` that is sent, in seconds. Official clients obey it without showing a sign of life; what takes longer is said
    /// to be not worth a repeat.
    private static let retryAfterSecondsMax = 60

    /// The answer instead of an answer.
    ///
    /// - Parameters:
    ///   - retriesSpent: the gateway has tried more than once itself: a client that repeats now multiplies the load.
    ///   - requestID: the gateway's own, for the body; what Anthropic itself has said keeps Anthropic's.
    package static func response(to error: GatewayError, retriesSpent: Bool, requestID: String? = nil) -> Response {
        let answer = Self.answer(to: error, requestID)
        var headers = [HeaderField("content-type", "application/json")] + answer.headers
        if isNotWorthARepeat(error) || (retriesSpent && answer.status >= 408) {
            headers.removeAll { $0.name == "x-should-retry" }
            headers.append(HeaderField("x-should-retry", "false"))
        }
        return Response(status: answer.status, headers: headers, body: ResponseBody(bytes: answer.body))
    }

    /// What ends a stream that has begun: an event, and no end mark behind it.
    package static func event(for error: GatewayError, operation: Operation, requestID: String? = nil) -> [UInt8] {
        var output: [UInt8] = []
        SSEWriter.append(event: "error", data: eventData(error, requestID), to: &output)
        return output
    }

    /// `{"type":"error","error":{…}}` in the gateway's own words.
    package static func body(for error: GatewayError, requestID: String? = nil) -> [UInt8] { body(status(error), error.message, requestID) }
}

// The provider's answer, or ours.
extension AnthropicErrors {
    private static func answer(to error: GatewayError, _ requestID: String?) -> (status: Int, headers: [HeaderField], body: [UInt8]) {
        switch error {
        case .upstreamErrorEvent(_, _, let event):
            let status = status(error, saidBy: event)
            return (status, [], provided(event, status, requestID) ?? body(status, error.message, requestID))
        case .upstreamFailed(let failure) where !failure.isCredentialProblem:
            let status = isFromProxy(failure) ? 502 : status(error, saidBy: failure.body)
            return (status, headers(failure, status), provided(failure.body, status, requestID) ?? body(status, error.message, requestID))
        default: return (status(error), headers(error), body(for: error, requestID: requestID))
        }
    }

    private static func eventData(_ error: GatewayError, _ requestID: String?) -> [UInt8] {
        guard case .upstreamErrorEvent(_, _, let event) = error else { return body(for: error, requestID: requestID) }
        return provided(event, status(error, saidBy: event), requestID) ?? body(for: error, requestID: requestID)
    }

    /// What the provider said: byte for byte from Anthropic, its message from any other.
    private static func provided(_ said: [UInt8], _ status: Int, _ requestID: String?) -> [UInt8]? {
        if AnthropicFault.isErrorObject(said) { return said }
        return AnthropicForeignError.message(in: said).map { body(status, $0, requestID) }
    }

    /// 529 is Anthropic's word for what others call 503. Where Anthropic itself says 503 it means something else, and says what.
    private static func status(_ error: GatewayError, saidBy said: [UInt8] = []) -> Int {
        let status = error.status
        guard status == 503, error.kind != .staticAnswer else { return status }
        let type = AnthropicFault.type(said)
        return type == nil || type == "overloaded_error" ? 529 : 503
    }

    /// An error page of something between here and the provider, unless its status means the same whoever says it.
    private static func isFromProxy(_ failure: UpstreamFailure) -> Bool {
        failure.body.isEmpty && failure.isHTML && failure.status != 429 && failure.status != 413
    }

    private static func body(_ status: Int, _ message: String, _ requestID: String?) -> [UInt8] {
        var error: JSONObject = ["type": "error", "error": ["type": .string(type(status)), "message": .string(message)]]
        if let requestID { error["request_id"] = .string(requestID) }
        return JSONValue.object(error).written()
    }

    private static func type(_ status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 503, 529: "overloaded_error"
        case 504: "timeout_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}

// What clients are told about asking again.
extension AnthropicErrors {
    private static func headers(_ error: GatewayError) -> [HeaderField] {
        switch error {
        case .keyMissing, .keyUnknown, .keyExpired, .credentialNotTaken, .tokenRefused: [.challenge(for: error)]
        case .requestsSpent(_, _, let seconds), .tokensSpent(_, let seconds), .moneySpent(_, let seconds):
            seconds > retryAfterSecondsMax ? [] : [HeaderField("retry-after", String(max(1, seconds)))]
        case .tooManyAtOnce, .overloaded, .limitsUnknown, .draining, .noTargetLeft, .issuerUnreachable: [HeaderField("retry-after", "1")]
        default: []
        }
    }

    /// The provider's, and its wish for a pause where that stood in the body (Gemini).
    private static func headers(_ failure: UpstreamFailure, _ status: Int) -> [HeaderField] {
        let headers = failure.headers.filter { $0.name != "content-type" }
        guard status == 429 || status == 529, headers.first("retry-after") == nil, headers.first("retry-after-ms") == nil,
            let seconds = failure.retryAfterSeconds, seconds <= retryAfterSecondsMax
        else { return headers }
        return headers + [HeaderField("retry-after", String(max(1, seconds)))]
    }

    private static func isNotWorthARepeat(_ error: GatewayError) -> Bool {
        switch error {
        case .requestsSpent(_, _, let seconds), .tokensSpent(_, let seconds), .moneySpent(_, let seconds): seconds > retryAfterSecondsMax
        case .upstreamFailed(let failure):
            failure.isCredentialProblem || failure.retryAfterSeconds ?? 0 > retryAfterSecondsMax || failure.isQuotaSpent
                || (failure.status == 429 && AnthropicFault.isQuotaSpent(failure.body))
        default: false
        }
    }
}
