import GatewayCore

/// The label values that are fixed in advance. Their order is the order of the counters that are kept for them.
enum StatusClass: String, CaseIterable {
    case success = "2xx"
    case redirect = "3xx"
    case clientError = "4xx"
    case serverError = "5xx"
    /// The client left before its answer was complete, whatever status it had been sent.
    case clientGone = "client_gone"
    case none

    // By the two values that it needs: an initialiser would take the whole record to itself, with a copy of all its references.
    init(status: Int, error: ErrorKind?) {
        if error == .clientGone || status == 499 {
            self = .clientGone
            return
        }
        switch status {
        case 200...299: self = .success
        case 300...399: self = .redirect
        case 400...499: self = .clientError
        case 500...599: self = .serverError
        default: self = .none
        }
    }

    var index: Int {
        switch self {
        case .success: 0
        case .redirect: 1
        case .clientError: 2
        case .serverError: 3
        case .clientGone: 4
        case .none: 5
        }
    }
}

extension Blame {
    var index: Int {
        switch self {
        case .none: 0
        case .caller: 1
        case .upstream: 2
        case .gateway: 3
        }
    }
}

/// What a cache did with a request, as it is counted.
enum CacheResult: String, CaseIterable {
    case hit, miss, bypass, stale, negative, refresh
    /// The call of an equal request was shared, while it lasted.
    case shared

    init?(_ outcome: CacheOutcome?, sharedFlight: Bool) {
        switch outcome {
        case .hit: self = sharedFlight ? .shared : .hit
        case .miss: self = .miss
        case .bypass: self = .bypass
        case .stale: self = .stale
        case .negative: self = .negative
        case .refresh: self = .refresh
        case nil: return nil
        }
    }

    var index: Int {
        switch self {
        case .hit: 0
        case .miss: 1
        case .bypass: 2
        case .stale: 3
        case .negative: 4
        case .refresh: 5
        case .shared: 6
        }
    }
}

extension CacheTier {
    var index: Int {
        switch self {
        case .memory: 0
        case .redis: 1
        }
    }
}

/// How one attempt at a provider ended.
enum AttemptResult: String, CaseIterable {
    case ok
    case rateLimited = "rate_limited"
    case clientError = "client_error"
    case serverError = "server_error"
    /// The provider refused the gateway's own credential.
    case authRefused = "auth_refused"
    case unreachable
    case timeout
    case badAnswer = "bad_answer"
    case cut
    /// The client left, or the gateway stopped.
    case cancelled

    init(status: Int?, error: ErrorKind?) {
        guard let error else {
            self = .ok
            return
        }
        switch error {
        case .upstreamUnreachable: self = .unreachable
        case .timeout: self = .timeout
        case .upstreamAuth: self = .authRefused
        case .badUpstream: self = .badAnswer
        case .upstreamCut: self = .cut
        case .clientGone, .draining: self = .cancelled
        case .upstreamStatus, .badRequest, .notFound, .modelNotFound, .invalidAPIKey, .modelForbidden, .rateLimitExceeded, .overloaded,
            .limitsUnknown, .staticAnswer, .internalFailure, .expiredAPIKey, .invalidToken, .expiredToken, .addressForbidden, .issuerUnreachable:
            self = Self.ofStatus(status)
        }
    }

    private static func ofStatus(_ status: Int?) -> AttemptResult {
        switch status {
        case 401, 402, 403: .authRefused
        case 429: .rateLimited
        case .some(400...499): .clientError
        default: .serverError
        }
    }

    var index: Int {
        switch self {
        case .ok: 0
        case .rateLimited: 1
        case .clientError: 2
        case .serverError: 3
        case .authRefused: 4
        case .unreachable: 5
        case .timeout: 6
        case .badAnswer: 7
        case .cut: 8
        case .cancelled: 9
        }
    }
}

/// The kinds of tokens that are counted; `cachedInput` and `reasoning` are parts of the first two.
enum TokenKind: String, CaseIterable {
    case input
    case output
    case cachedInput = "cached_input"
    case reasoning
}

/// Why a connection was not taken, spelled as `HTTPServer` spells it.
package enum RefusedConnection: String, CaseIterable, Sendable {
    /// `listen.limits.connections` are open already.
    case tooMany = "too_many"
    /// The process may open no more descriptors.
    case outOfDescriptors = "out_of_descriptors"

    var index: Int {
        switch self {
        case .tooMany: 0
        case .outOfDescriptors: 1
        }
    }
}

/// The statuses with which a request is refused before it is one: the head or the body broke a rule of HTTP or a limit.
enum WireStatus {
    static let known = [400, 405, 408, 411, 413, 414, 417, 426, 431, 500, 501, 503, 505]
    /// The index of statuses that are not among `known`.
    static let other = 13

    static func index(of status: Int) -> Int { known.firstIndex(of: status) ?? other }
}
