package import GatewayCore
import HTTPWire
import JSONBytes

/// Failures as clients of the OpenAI dialect read them.
///
/// - SeeAlso: wire.md, sections 3.8, 3.10 and 9
package enum OpenAIErrors {
    /// Longest `retry-after` that is sent, in seconds. Official clients obey it without showing a sign of life; what takes longer is said
    /// to be not worth a repeat.
    private static let retryAfterSecondsMax = 60

    /// The answer instead of an answer.
    ///
    /// - Parameter retriesSpent: the gateway has tried more than once itself: a client that repeats now multiplies the load.
    package static func response(to error: GatewayError, retriesSpent: Bool) -> Response {
        let answer = Self.answer(to: error)
        var headers = [HeaderField("content-type", "application/json")] + answer.headers
        if isNotWorthARepeat(error) || (retriesSpent && answer.status >= 408) {
            headers.removeAll { $0.name == "x-should-retry" }
            headers.append(HeaderField("x-should-retry", "false"))
        }
        return Response(status: answer.status, headers: headers, body: ResponseBody(bytes: answer.body))
    }

    /// What ends a stream that has begun: an event, and no end mark behind it.
    package static func event(for error: GatewayError, operation: Operation) -> [UInt8] {
        var output: [UInt8] = []
        if case .upstreamErrorEvent(_, _, let event) = error, !event.isEmpty {
            SSEWriter.append(event: operation == .responses ? responsesName(event) : nil, data: event, to: &output)
        } else if operation == .responses {
            let data = object(
                [("type", string("error")), ("code", string(code(error) ?? "error")), ("message", string(error.message)), ("param", null)])
            SSEWriter.append(event: "error", data: data, to: &output)
        } else {
            SSEWriter.append(event: nil, data: body(for: error), to: &output)
        }
        return output
    }

    /// `{"error":{…}}` in the gateway's own words.
    package static func body(for error: GatewayError) -> [UInt8] {
        let fields = [
            ("message", string(error.message)), ("type", string(type(error))), ("param", param(error).map(string) ?? null),
            ("code", code(error).map(string) ?? null),
        ]
        return object([("error", object(fields))])
    }
}

// The provider's answer, or ours.
extension OpenAIErrors {
    private static func answer(to error: GatewayError) -> (status: Int, headers: [HeaderField], body: [UInt8]) {
        if case .upstreamErrorEvent(_, _, let event) = error, isErrorObject(event) { return (clientStatus(error.status), [], event) }
        guard case .upstreamFailed(let failure) = error, !failure.isCredentialProblem else {
            return (clientStatus(error.status), headers(error), body(for: error))
        }
        let headers = failure.headers.filter { $0.name != "content-type" }
        if !failure.body.isEmpty { return (clientStatus(failure.status), headers, failure.body) }
        let status = isFromProxy(failure) ? 502 : clientStatus(failure.status)
        return (status, headers, body(for: error))
    }

    /// Anthropic's status for an overloaded provider means nothing to OpenAI's clients.
    private static func clientStatus(_ status: Int) -> Int { status == 529 ? 503 : status }

    /// An error page of something between here and the provider, unless its status means the same whoever says it.
    private static func isFromProxy(_ failure: UpstreamFailure) -> Bool {
        failure.isHTML && failure.status != 429 && failure.status != 413
    }

    private static func isErrorObject(_ event: [UInt8]) -> Bool {
        guard let top = try? JSONScanner.topLevel(event, wanted: ["error"]) else { return false }
        return top["error"]?.kind == .object
    }

    /// The name of an error event, which its data repeats.
    private static func responsesName(_ event: [UInt8]) -> String {
        guard let top = try? JSONScanner.topLevel(event, wanted: ["type"]), let name = try? top["type"]?.string(in: event) else { return "error" }
        return name
    }
}

// What each failure is called.
extension OpenAIErrors {
    private static func type(_ error: GatewayError) -> String {
        switch error.kind {
        case .upstreamAuth: "api_error"
        case .rateLimitExceeded: "requests"
        case .staticAnswer, .upstreamStatus, .badRequest: error.status >= 500 ? "server_error" : "invalid_request_error"
        case .notFound, .modelNotFound, .invalidAPIKey, .modelForbidden, .clientGone: "invalid_request_error"
        case .upstreamUnreachable, .timeout, .badUpstream, .upstreamCut, .overloaded, .draining, .internalFailure: "server_error"
        }
    }

    private static func code(_ error: GatewayError) -> String? {
        switch error {
        case .routeMissing: "unknown_url"
        case .upstreamFailed(let failure) where !failure.isCredentialProblem: failure.status == 429 ? "rate_limit_exceeded" : "bad_upstream"
        case .malformedRequest, .malformedBody, .modelMissing, .fieldRefused: nil
        default: error.kind.rawValue
        }
    }

    private static func param(_ error: GatewayError) -> String? {
        switch error {
        case .modelMissing, .modelUnknown, .modelForbidden, .modelUnreadable: "model"
        case .fieldRefused(let field, _): field
        default: nil
        }
    }

    private static func headers(_ error: GatewayError) -> [HeaderField] {
        switch error {
        case .keyMissing, .keyUnknown: [HeaderField("www-authenticate", "Bearer")]
        case .requestsSpent(_, _, let seconds): seconds > retryAfterSecondsMax ? [] : [HeaderField("retry-after", String(max(1, seconds)))]
        case .tooManyAtOnce, .overloaded, .draining, .noTargetLeft: [HeaderField("retry-after", "1")]
        default: []
        }
    }

    private static func isNotWorthARepeat(_ error: GatewayError) -> Bool {
        switch error {
        case .requestsSpent(_, _, let seconds): seconds > retryAfterSecondsMax
        case .upstreamFailed(let failure):
            failure.isCredentialProblem || failure.retryAfterSeconds ?? 0 > retryAfterSecondsMax || failure.isQuotaSpent
        default: false
        }
    }
}

// Just enough JSON.
extension OpenAIErrors {
    private static let null = Array("null".utf8)

    private static func string(_ text: String) -> [UInt8] { JSONText.quoted(text) }

    private static func object(_ members: [(name: String, value: [UInt8])]) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            JSONText.appendQuoted(member.name, to: &output)
            output.append(UInt8(ascii: ":"))
            output += member.value
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}
