package import HTTPWire

/// Whose fault a failure was. Metrics and alerts split on this: a caller's mistake wakes nobody.
package enum Blame: String, CaseIterable, Sendable {
    case none, caller, upstream, gateway
}

/// The part of a call to a provider that ran out of time.
package enum TimedPhase: String, Sendable {
    case connect
    case firstByte = "first_byte"
    case firstToken = "first_token"
    case idle
    case total
}

/// What a provider said instead of an answer.
package struct UpstreamFailure: Equatable, Sendable {
    package let provider: String
    package let status: Int
    /// Seconds, from the provider's `retry-after`; nil when it sent none that could be read.
    package let retryAfterSeconds: Int?
    /// The provider's answer, for a client of the same dialect. Bounded; empty when it was too long or not JSON.
    package let body: [UInt8]
    package let headers: [HeaderField]
    /// True when the provider, or the proxy before it, refused the gateway's own credential: nothing the client can mend.
    package let isCredentialProblem: Bool

    /// - Parameter isCredentialProblem: what the body says of it; some statuses say so by themselves.
    package init(
        provider: String, status: Int, retryAfterSeconds: Int? = nil, body: [UInt8] = [], headers: [HeaderField] = [],
        isCredentialProblem: Bool = false
    ) {
        self.provider = provider
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
        self.headers = headers
        self.isCredentialProblem = isCredentialProblem || [401, 402, 403, 407].contains(status)
    }

    /// True for a page for people: it comes from something between here and the provider.
    package var isHTML: Bool { headers.first("content-type")?.lowercased().hasPrefix("text/html") ?? false }
}

/// Why the gateway did not pass on an answer.
///
/// A new case has to state its status, its blame, its kind and its message: the switches have no `default`, so the build
/// fails until it does. What a case carries is kept apart: every answer that might fail has room for one.
package indirect enum GatewayError: Error, Equatable, Sendable {
    // The caller's.
    case malformedRequest(status: Int, reason: String)
    case malformedBody(reason: String)
    case routeMissing
    case modelMissing
    case modelUnknown(model: String)
    case keyMissing
    case keyUnknown
    case keyExpired
    /// A token that is not believed. `reason` is a sentence that follows "This token is not accepted:".
    case tokenRefused(reason: String, hasExpired: Bool)
    /// A credential of a kind that the route does not take.
    case credentialNotTaken(CredentialKind)
    case addressForbidden
    case modelForbidden(model: String)
    /// A caller that may use some models only asks for something, and which model is meant cannot be told.
    case modelUnreadable
    case requestsSpent(limit: Int, window: String, retryAfterSeconds: Int)
    case tooManyAtOnce(limit: Int)
    /// - Parameter allowance: in words, such as "100000 tokens per day".
    case tokensSpent(allowance: String, retryAfterSeconds: Int)
    /// - Parameter allowance: in words, such as "50 USD per month".
    case moneySpent(allowance: String, retryAfterSeconds: Int)
    case fieldRefused(field: String, reason: String)
    case clientGone

    // The provider's.
    case upstreamUnreachable(provider: String)
    case upstreamTimedOut(provider: String, phase: TimedPhase, afterMilliseconds: Int)
    case upstreamFailed(UpstreamFailure)
    /// An error event inside a stream that began with status 200. `event` is its data, for a client of the same dialect: bounded,
    /// and empty when it was too long.
    case upstreamErrorEvent(provider: String, status: Int?, event: [UInt8] = [])
    case upstreamBroken(provider: String, reason: String)
    case upstreamCut(provider: String)
    /// A connection that earlier requests had used ended before the first byte of an answer: the provider closed it, as it does with idle
    /// ones, while the request was on its way.
    case upstreamConnectionLost(provider: String)

    // The gateway's, or its operator's.
    /// Tokens of an issuer cannot be checked, because its keys have never been had.
    case issuerUnreachable(issuer: String)
    case noTargetLeft(model: String)
    case staticAnswer(status: Int, message: String)
    case overloaded(reason: String)
    /// The store of the limits cannot be asked, and the file says to refuse then.
    case limitsUnknown
    case draining
    case internalFailure(reason: String)
}
