package import GatewayCore
import HTTPWire
import JSONBytes

/// Failures as clients of the Gemini dialect read them.
///
/// - SeeAlso: wire.md, sections 5.4 and 9
package enum GeminiErrors {
    /// Longest `retry-after` that is sent, in seconds; what takes longer is said to be not worth a repeat.
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

    /// What ends a stream that has begun: an event with an error in it. Google's client looks for it at the very start of the data.
    package static func event(for error: GatewayError, operation: Operation) -> [UInt8] {
        var output: [UInt8] = []
        SSEWriter.append(event: nil, data: element(for: error), to: &output)
        return output
    }

    /// The same without the event around it, for a stream that is a list.
    static func element(for error: GatewayError) -> [UInt8] {
        guard case .upstreamErrorEvent(_, let status, let event) = error, let value = try? JSONValue(parsing: event) else { return body(for: error) }
        if let own = GeminiFault.error(in: value), !isCredentialProblem(error) {
            return JSONValue.object(["error": .object(own)]).written()
        }
        guard let foreign = OpenAIForeignError(event), let message = foreign.message, !isCredentialProblem(error) else { return body(for: error) }
        return GeminiErrorBody(status: clientStatus(status ?? foreign.status ?? error.status), message: message).written()
    }

    /// `{"error":{"code","message","status"}}` in the gateway's own words.
    package static func body(for error: GatewayError) -> [UInt8] {
        let status = isCredentialProblem(error) ? 502 : clientStatus(error.status)
        return GeminiErrorBody(status: status, message: message(error), retryAfterSeconds: retryAfterSeconds(error)).written()
    }
}

// The provider's answer, or ours.
extension GeminiErrors {
    private static func answer(to error: GatewayError) -> (status: Int, headers: [HeaderField], body: [UInt8]) {
        guard !isCredentialProblem(error) else { return (502, [], body(for: error)) }
        switch error {
        case .upstreamErrorEvent(_, let status, let event) where !event.isEmpty:
            return (clientStatus(status ?? OpenAIForeignError(event)?.status ?? error.status), [], element(for: error))
        case .upstreamFailed(let failure): return answer(to: failure, error)
        default: return (clientStatus(error.status), headers(error), body(for: error))
        }
    }

    private static func answer(to failure: UpstreamFailure, _ error: GatewayError) -> (status: Int, headers: [HeaderField], body: [UInt8]) {
        var headers = failure.headers.filter { $0.name != "content-type" }
        if let seconds = retryAfterSeconds(error), seconds <= retryAfterSecondsMax, headers.first("retry-after") == nil {
            headers.append(HeaderField("retry-after", String(max(1, seconds))))
        }
        if let own = ownBody(failure.body) { return (failure.status, headers, own) }
        let status = isFromProxy(failure) ? 502 : clientStatus(failure.status)
        let message = OpenAIForeignError(failure.body)?.message ?? error.message
        return (status, headers, GeminiErrorBody(status: status, message: message, retryAfterSeconds: retryAfterSeconds(error)).written())
    }

    /// A body that a Gemini client can read as it is, taken out of the list it may stand in.
    private static func ownBody(_ body: [UInt8]) -> [UInt8]? {
        guard let value = try? JSONValue(parsing: body), GeminiFault.error(in: value) != nil else { return nil }
        return value.array == nil ? body : value[0]?.written()
    }

    /// Google says 400 for a body that is too long, and does not know Anthropic's status for an overloaded provider.
    private static func clientStatus(_ status: Int) -> Int { status == 529 ? 503 : status == 413 ? 400 : status }

    /// An error page of something between here and the provider, unless its status means the same whoever says it.
    private static func isFromProxy(_ failure: UpstreamFailure) -> Bool { failure.isHTML && failure.status != 429 && failure.status != 413 }
}

// What each failure means.
extension GeminiErrors {
    private static func isCredentialProblem(_ error: GatewayError) -> Bool {
        switch error {
        case .upstreamFailed(let failure): failure.isCredentialProblem || failure.geminiFault?.isCredentialProblem ?? false
        case .upstreamErrorEvent(_, let status, let event):
            [401, 402, 403, 407].contains(status ?? OpenAIForeignError(event)?.status) || GeminiFault(event)?.isCredentialProblem ?? false
        default: false
        }
    }

    private static func message(_ error: GatewayError) -> String {
        guard isCredentialProblem(error), let provider = provider(error) else { return error.message }
        return GatewayError.upstreamFailed(UpstreamFailure(provider: provider, status: 401)).message
    }

    private static func provider(_ error: GatewayError) -> String? {
        switch error {
        case .upstreamFailed(let failure): failure.provider
        case .upstreamErrorEvent(let provider, _, _): provider
        default: nil
        }
    }

    /// Seconds after which a repeat makes sense; nil when nobody knows.
    private static func retryAfterSeconds(_ error: GatewayError) -> Int? {
        switch error {
        case .requestsSpent(_, _, let seconds), .tokensSpent(_, let seconds), .moneySpent(_, let seconds): max(1, seconds)
        case .tooManyAtOnce, .overloaded, .limitsUnknown, .draining, .noTargetLeft, .issuerUnreachable: 1
        case .upstreamFailed(let failure) where failure.status == 429 || failure.status >= 500:
            failure.retryAfterSeconds ?? failure.geminiFault?.retryDelaySeconds
        default: nil
        }
    }

    private static func headers(_ error: GatewayError) -> [HeaderField] {
        switch error {
        case .keyMissing, .keyUnknown, .keyExpired, .credentialNotTaken, .tokenRefused: [.challenge(for: error)]
        default: retryAfterSeconds(error).map { $0 > retryAfterSecondsMax ? [] : [HeaderField("retry-after", String($0))] } ?? []
        }
    }

    private static func isNotWorthARepeat(_ error: GatewayError) -> Bool {
        if isCredentialProblem(error) || retryAfterSeconds(error) ?? 0 > retryAfterSecondsMax { return true }
        guard case .upstreamFailed(let failure) = error else { return false }
        return failure.isQuotaSpent || failure.geminiFault?.isQuotaSpent ?? false
    }
}
