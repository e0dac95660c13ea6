package import GatewayConfig
package import GatewayCore

extension Conditions {
    /// Whether a failure is one of these.
    ///
    /// What the client or nobody could help is never one: a client that left, a request that was wrong. A provider's own 4xx answer is
    /// one if the list names its status; `any` means only those with which another provider might do better.
    package func include(_ error: GatewayError) -> Bool {
        switch error {
        case .upstreamUnreachable: includes(.connect)
        case .upstreamTimedOut(_, let phase, _): includes(.timeout) || (phase == .connect && includes(.connect))
        case .upstreamFailed(let failure): include(failure)
        case .upstreamErrorEvent(_, let status, _): includes(.errorEvent) || status.map { includes(.status($0)) } ?? false
        case .upstreamConnectionLost: includes(.connect) || includes(.badAnswer)
        case .upstreamBroken, .upstreamCut: includes(.badAnswer)
        case .overloaded: includes(.status(503))
        case .noTargetLeft: includes(.status(503)) || includes(.connect) || includes(.timeout)
        case .malformedRequest, .malformedBody, .routeMissing, .modelMissing, .modelUnknown, .keyMissing, .keyUnknown, .modelForbidden,
            .modelUnreadable, .requestsSpent, .tooManyAtOnce, .tokensSpent, .moneySpent, .limitsUnknown, .fieldRefused, .clientGone, .staticAnswer,
            .draining, .internalFailure, .keyExpired, .tokenRefused, .credentialNotTaken, .addressForbidden, .issuerUnreachable:
            false
        }
    }

    private func include(_ failure: UpstreamFailure) -> Bool {
        let mightDoBetterElsewhere =
            failure.status >= 500 || failure.isCredentialProblem || failure.status == 404 || failure.status == 408 || failure.status == 409
            || failure.status == 429
        if mightDoBetterElsewhere { return includes(.status(failure.status)) }
        return list.contains(.status(failure.status)) || list.contains(.statusClass(failure.status / 100))
    }
}

extension GatewayError {
    /// What this failure says about the target it came from.
    var targetOutcome: TargetLease.Outcome {
        switch self {
        case .upstreamFailed(let failure): failure.isCredentialProblem || blame == .upstream ? .failed : .succeeded
        case .upstreamConnectionLost: .unknown
        default: blame == .upstream ? .failed : .unknown
        }
    }
}
