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
        if answer.isFinal || isNotWorthARepeat(error) || (retriesSpent && answer.status >= 408) {
            headers.removeAll { $0.name == "x-should-retry" }
            headers.append(HeaderField("x-should-retry", "false"))
        }
        return Response(status: answer.status, headers: headers, body: ResponseBody(bytes: answer.body))
    }

    /// What ends a stream that has begun: an event, and no end mark behind it.
    package static func event(for error: GatewayError, operation: Operation) -> [UInt8] {
        var output: [UInt8] = []
        if case .upstreamErrorEvent(_, _, let event) = error, OpenAIForeignError.isNative(event: event, operation: operation) {
            SSEWriter.append(event: operation == .responses ? responsesName(event) : nil, data: event, to: &output)
            return output
        }
        let words = foreign(error)?.words ?? words(error)
        if operation == .responses {
            // Clients want a number; which one it would have been is not known here.
            let data = object([
                ("type", string("error")), ("code", string(words.code ?? "error")), ("message", string(words.message)), ("param", null),
                ("sequence_number", Array("0".utf8)),
            ])
            SSEWriter.append(event: "error", data: data, to: &output)
        } else {
            SSEWriter.append(event: nil, data: body(words), to: &output)
        }
        return output
    }

    /// `{"error":{…}}` in the gateway's own words.
    package static func body(for error: GatewayError) -> [UInt8] { body(words(error)) }
}

// The provider's answer, or ours.
extension OpenAIErrors {
    private struct Answer {
        var status: Int
        var headers: [HeaderField]
        var body: [UInt8]
        /// Whether the same request cannot do any better.
        var isFinal = false
    }

    /// Another dialect's error in the words of this one.
    private struct Foreign {
        var status: Int
        var words: Words
        var isFinal: Bool

        func answer(headers: [HeaderField]) -> Answer { Answer(status: status, headers: headers, body: body(words), isFinal: isFinal) }
    }

    private static func answer(to error: GatewayError) -> Answer {
        if case .upstreamErrorEvent(_, _, let event) = error, OpenAIForeignError.isNative(event) {
            return Answer(status: clientStatus(error.status), headers: [], body: event)
        }
        guard case .upstreamFailed(let failure) = error, !failure.isCredentialProblem else {
            if let foreign = foreign(error) { return foreign.answer(headers: []) }
            return Answer(status: clientStatus(error.status), headers: headers(error), body: body(for: error))
        }
        let headers = headers(failure)
        if OpenAIForeignError.isNative(failure.body) { return Answer(status: clientStatus(failure.status), headers: headers, body: failure.body) }
        if let foreign = foreign(error) { return foreign.answer(headers: headers) }
        let status = failure.body.isEmpty && isFromProxy(failure) ? 502 : clientStatus(failure.status)
        return Answer(status: status, headers: headers, body: body(for: error))
    }

    /// nil when the provider said nothing that could be told, or said it in this dialect.
    private static func foreign(_ error: GatewayError) -> Foreign? {
        let provider: String
        let body: [UInt8]
        let known: Int?
        switch error {
        case .upstreamFailed(let failure):
            guard !failure.isCredentialProblem, !OpenAIForeignError.isNative(failure.body) else { return nil }
            (provider, body, known) = (failure.provider, failure.body, failure.status)
        case .upstreamErrorEvent(let name, let status, let event): (provider, body, known) = (name, event, status)
        default: return nil
        }
        guard let foreign = OpenAIForeignError(body) else { return nil }
        let status = known ?? foreign.status ?? error.status
        guard !foreign.isCredentialProblem(status: status) else {
            let refused = GatewayError.upstreamFailed(UpstreamFailure(provider: provider, status: 401))
            return Foreign(status: refused.status, words: words(refused), isFinal: true)
        }
        guard let message = foreign.message else { return nil }
        let names = foreign.names(status: status)
        return Foreign(
            status: clientStatus(status), words: Words(message: message, type: names.type, code: names.code), isFinal: foreign.isQuotaSpent)
    }

    /// Anthropic's status for an overloaded provider means nothing to OpenAI's clients.
    private static func clientStatus(_ status: Int) -> Int { status == 529 ? 503 : status }

    /// An error page of something between here and the provider, unless its status means the same whoever says it.
    private static func isFromProxy(_ failure: UpstreamFailure) -> Bool {
        failure.isHTML && failure.status != 429 && failure.status != 413
    }

    /// The name of an error event, which its data repeats.
    private static func responsesName(_ event: [UInt8]) -> String {
        guard let top = try? JSONScanner.topLevel(event, wanted: ["type"]), let name = try? top["type"]?.string(in: event) else { return "error" }
        return name
    }
}

// What goes with it.
extension OpenAIErrors {
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
    private static func headers(_ failure: UpstreamFailure) -> [HeaderField] {
        let headers = failure.headers.filter { $0.name != "content-type" }
        guard failure.status == 429 || failure.status >= 500, headers.first("retry-after") == nil, headers.first("retry-after-ms") == nil,
            let seconds = failure.retryAfterSeconds, seconds <= retryAfterSecondsMax
        else { return headers }
        return headers + [HeaderField("retry-after", String(max(1, seconds)))]
    }

    private static func isNotWorthARepeat(_ error: GatewayError) -> Bool {
        switch error {
        case .requestsSpent(_, _, let seconds), .tokensSpent(_, let seconds), .moneySpent(_, let seconds): seconds > retryAfterSecondsMax
        case .upstreamFailed(let failure):
            failure.isCredentialProblem || failure.retryAfterSeconds ?? 0 > retryAfterSecondsMax || failure.isQuotaSpent
        default: false
        }
    }
}
