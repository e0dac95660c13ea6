/// The `upstream` block of a route: how providers are asked.
package struct UpstreamConfig: Equatable, Sendable {
    package enum Balance: String, CaseIterable, Sendable {
        case weighted
        /// The first target of the file that is not ejected.
        case first
        case leastPending = "least_pending"
    }

    package struct Timeouts: Equatable, Sendable {
        /// Name look-up, TCP and TLS together.
        package let connect: Duration
        /// From sending the request to the first byte of the answer. A provider that does not stream sends it when the whole answer is ready.
        package let firstByte: Duration
        /// Between two reads of an answer.
        package let idle: Duration
        /// One request with all its retries and fallbacks.
        package let total: Duration
    }

    package struct Retry: Equatable, Sendable {
        /// Attempts after the first one. 0: none.
        package let attempts: Int
        package let on: Conditions
        /// Before the first retry; doubled for each one after it.
        package let backoff: Duration
        /// A provider that asks for a longer wait is not asked again.
        package let waitMax: Duration
        /// Retries may be at most this share of requests.
        package let budgetPercent: Int
    }

    package struct Eject: Equatable, Sendable {
        /// Failures in a row.
        package let failures: Int
        package let duration: Duration
    }

    /// Where requests go, unchanged, whose model is not in `models`. nil: they are refused.
    package let provider: String?
    package let balance: Balance
    package let timeouts: Timeouts
    package let retry: Retry
    /// nil: a target is never left out.
    package let eject: Eject?
}
