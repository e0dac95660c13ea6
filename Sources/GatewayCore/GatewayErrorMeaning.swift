/// What kind of failure it was, in the words of the access log, the metrics and the OpenAI dialect's `code`.
package enum ErrorKind: String, CaseIterable, Sendable {
    case badRequest = "bad_request"
    case notFound = "not_found"
    case modelNotFound = "model_not_found"
    case invalidAPIKey = "invalid_api_key"
    case expiredAPIKey = "expired_api_key"
    case invalidToken = "invalid_token"
    case expiredToken = "expired_token"
    case addressForbidden = "address_forbidden"
    case modelForbidden = "model_forbidden"
    case rateLimitExceeded = "rate_limit_exceeded"
    case clientGone = "client_gone"
    case upstreamUnreachable = "upstream_unreachable"
    case timeout
    case upstreamStatus = "upstream_status"
    case upstreamAuth = "upstream_auth"
    case badUpstream = "bad_upstream"
    case upstreamCut = "upstream_cut"
    case overloaded
    case limitsUnknown = "limits_unknown"
    case staticAnswer = "static_answer"
    case draining
    case issuerUnreachable = "issuer_unreachable"
    case internalFailure = "internal"
}

extension GatewayError {
    /// The status the client gets. `499` stands for a client that left, and is only ever logged.
    package var status: Int {
        switch self {
        case .malformedRequest(let status, _): status
        case .malformedBody, .modelMissing, .fieldRefused: 400
        case .routeMissing, .modelUnknown: 404
        case .keyMissing, .keyUnknown, .keyExpired, .tokenRefused, .credentialNotTaken: 401
        case .modelForbidden, .modelUnreadable, .addressForbidden: 403
        case .requestsSpent, .tooManyAtOnce, .tokensSpent, .moneySpent: 429
        case .clientGone: 499
        case .upstreamUnreachable, .upstreamBroken, .upstreamCut, .upstreamConnectionLost: 502
        case .upstreamTimedOut: 504
        case .upstreamFailed(let failure): failure.isCredentialProblem ? 502 : failure.status
        case .upstreamErrorEvent(_, let status, _): status ?? 502
        case .noTargetLeft, .overloaded, .limitsUnknown, .draining, .issuerUnreachable: 503
        case .staticAnswer(let status, _): status
        case .internalFailure: 500
        }
    }

    package var blame: Blame {
        switch self {
        case .malformedRequest, .malformedBody, .routeMissing, .modelMissing, .modelUnknown, .keyMissing, .keyUnknown, .modelForbidden,
            .modelUnreadable, .requestsSpent, .tooManyAtOnce, .tokensSpent, .moneySpent, .fieldRefused, .clientGone, .keyExpired, .tokenRefused,
            .credentialNotTaken, .addressForbidden:
            .caller
        case .upstreamFailed(let failure):
            failure.isCredentialProblem ? .gateway : failure.status == 429 || failure.status >= 500 ? .upstream : .caller
        case .upstreamUnreachable, .upstreamTimedOut, .upstreamErrorEvent, .upstreamBroken, .upstreamCut, .upstreamConnectionLost, .noTargetLeft,
            .staticAnswer:
            .upstream
        case .overloaded, .limitsUnknown, .draining, .internalFailure, .issuerUnreachable: .gateway
        }
    }

    package var kind: ErrorKind {
        switch self {
        case .malformedRequest, .malformedBody, .modelMissing, .fieldRefused: .badRequest
        case .routeMissing: .notFound
        case .modelUnknown: .modelNotFound
        case .keyMissing, .keyUnknown, .credentialNotTaken: .invalidAPIKey
        case .keyExpired: .expiredAPIKey
        case .tokenRefused(_, let hasExpired): hasExpired ? .expiredToken : .invalidToken
        case .addressForbidden: .addressForbidden
        case .modelForbidden, .modelUnreadable: .modelForbidden
        case .requestsSpent, .tooManyAtOnce, .tokensSpent, .moneySpent: .rateLimitExceeded
        case .clientGone: .clientGone
        case .upstreamUnreachable: .upstreamUnreachable
        case .upstreamTimedOut: .timeout
        case .upstreamFailed(let failure): failure.isCredentialProblem ? .upstreamAuth : .upstreamStatus
        case .upstreamErrorEvent: .upstreamStatus
        case .upstreamBroken: .badUpstream
        case .upstreamCut, .upstreamConnectionLost: .upstreamCut
        case .noTargetLeft, .overloaded: .overloaded
        case .limitsUnknown: .limitsUnknown
        case .staticAnswer: .staticAnswer
        case .draining: .draining
        case .issuerUnreachable: .issuerUnreachable
        case .internalFailure: .internalFailure
        }
    }

    /// What the caller reads. It names no host, key or prompt, and says what to do next.
    package var message: String {
        switch self {
        case .malformedRequest(_, let reason): reason
        case .malformedBody(let reason): "The request body is not usable: \(reason)"
        case .routeMissing: "No route serves this request. Check the path and the model; the routes are in the gateway's file."
        case .modelMissing: "The request names no model. Set \"model\" to one that GET /v1/models lists."
        case .modelUnknown(let model): "The model `\(bounded(model))` does not exist here. GET /v1/models lists those that do."
        case .keyMissing: "No API key. Send one as \"Authorization: Bearer <key>\"."
        case .keyUnknown: "This API key is not known here. Check it, or ask the gateway's operator for one."
        case .keyExpired: "This API key has expired. Ask the gateway's operator for a new one."
        case .tokenRefused(let reason, _): "This token is not accepted: \(reason)"
        case .credentialNotTaken(.key): "API keys are not taken here. Send a token as \"Authorization: Bearer <token>\"."
        case .credentialNotTaken(.jwt): "Tokens are not taken here. Send an API key as \"Authorization: Bearer <key>\"."
        case .addressForbidden: "Requests from this address are not let in here."
        case .modelForbidden(let model): "This API key may not use the model `\(bounded(model))`. GET /v1/models lists those it may."
        case .modelUnreadable:
            "This API key may use certain models only, and which one this request is for cannot be read. Name it as \"model\" in a JSON or form-data body."
        case .requestsSpent(let limit, let window, let seconds):
            "The limit of \(limit) requests per \(window) is reached. Try again in \(seconds) s."
        case .tokensSpent(let allowance, let seconds), .moneySpent(let allowance, let seconds):
            "What is left of the limit of \(allowance) is too little for this request. Try again in \(seconds) s."
        case .tooManyAtOnce(let limit): "The limit of \(limit) requests at once is reached. Try again when one has ended."
        case .fieldRefused(let field, let reason): "The field `\(bounded(field))` cannot be used here: \(reason)"
        case .clientGone: "The client closed the connection."
        case .upstreamUnreachable(let provider): "The provider \(provider) could not be reached. Try again."
        case .upstreamTimedOut(let provider, let phase, let milliseconds):
            "The provider \(provider) ran out of time (\(phase.rawValue), \(milliseconds) ms). A repeat may be billed again."
        case .upstreamFailed(let failure):
            failure.isCredentialProblem
                ? "The gateway's own credential for the provider \(failure.provider) was refused. Tell the gateway's operator."
                : "The provider \(failure.provider) answered with status \(failure.status)."
        case .upstreamErrorEvent(let provider, _, _): "The provider \(provider) reported an error while answering. Try again."
        case .upstreamBroken(let provider, let reason): "The provider \(provider) sent an answer that cannot be read: \(reason)"
        case .upstreamCut(let provider): "The provider \(provider) ended its answer before it was complete."
        case .upstreamConnectionLost(let provider): "The provider \(provider) closed its connection instead of answering. Try again."
        case .noTargetLeft(let model): "No provider can serve the model `\(bounded(model))` at the moment. Try again soon."
        case .staticAnswer(_, let message): message
        case .overloaded(let reason): "The gateway is at its limit: \(reason) Try again soon."
        case .limitsUnknown: "The gateway cannot tell what is left of a limit, since the store of its counters does not answer. Try again soon."
        case .draining: "The gateway is shutting down. Try again."
        case .issuerUnreachable(let issuer): "Tokens of \(issuer) cannot be checked at the moment: its keys could not be had. Try again soon."
        case .internalFailure(let reason): "The gateway failed: \(reason)"
        }
    }

    private func bounded(_ text: String) -> String {
        text.utf8.count <= 100 ? text : String(text.prefix(80)) + "…"
    }
}
