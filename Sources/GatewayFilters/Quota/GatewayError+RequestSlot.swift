import GatewayCore

extension GatewayError {
    /// Whether a request that failed so counts against limits of requests.
    ///
    /// It does when a provider was asked, or may have been: that is what the limits protect. A request that the gateway itself turned
    /// away, by the caller's mistake or because it was full, costs nobody anything. Who hangs up is counted, or hanging up at the right
    /// moment would be free.
    var countsAsRequest: Bool {
        switch self {
        case .malformedRequest, .malformedBody, .routeMissing, .modelMissing, .modelUnknown, .keyMissing, .keyUnknown, .modelForbidden,
            .modelUnreadable, .requestsSpent, .tooManyAtOnce, .tokensSpent, .moneySpent, .limitsUnknown, .fieldRefused, .noTargetLeft, .overloaded,
            .draining, .internalFailure, .keyExpired, .tokenRefused, .credentialNotTaken, .addressForbidden, .issuerUnreachable:
            false
        case .clientGone, .upstreamUnreachable, .upstreamTimedOut, .upstreamFailed, .upstreamErrorEvent, .upstreamBroken, .upstreamCut,
            .upstreamConnectionLost, .staticAnswer:
            true
        }
    }
}
