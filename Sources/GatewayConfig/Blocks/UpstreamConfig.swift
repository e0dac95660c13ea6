/// The `upstream` block of a route: how providers are asked.
package struct UpstreamConfig: ConfigBlock, Equatable, Sendable {
    package enum Balance: String, CaseIterable, Sendable {
        case weighted
        /// The first target of the file that is not ejected.
        case first
        case leastPending = "least_pending"
        /// The target whose answers have begun soonest of late.
        case fastest
        /// The target that costs least for what the request may come to.
        case cheapest
    }

    package struct Timeouts: ConfigBlock, Equatable, Sendable {
        /// Name look-up, TCP and TLS together.
        package let connect: Duration
        /// From sending the request to the first byte of the answer. A provider that does not stream sends it when the whole answer is ready.
        package let firstByte: Duration
        /// From sending the request to the first thing the model says in a stream. Until then `idle` does not count.
        package let firstToken: Duration
        /// Between two reads of an answer, once it has begun.
        package let idle: Duration
        /// One request with all its retries and fallbacks.
        package let total: Duration

        package init(reading fields: inout Fields) {
            let range: ClosedRange<Duration> = .milliseconds(10) ... .seconds(86_400)
            connect = fields.duration("connect", in: range, default: .seconds(2))
            firstByte = fields.duration("first_byte", in: range, default: .seconds(300))
            firstToken = fields.duration("first_token", in: range, default: .seconds(300))
            idle = fields.duration("idle", in: range, default: .seconds(60))
            total = fields.duration("total", in: range, default: .seconds(600))
            let parts = [("connect", connect), ("first_byte", firstByte), ("first_token", firstToken), ("idle", idle)]
            for (key, part) in parts where fields.has(key) && part > total {
                fields.conflict("\(key) (\(DurationText.text(part))) can never run out before total (\(DurationText.text(total)))", at: key)
            }
            fields.finish()
        }
    }

    package struct Retry: ConfigBlock, Equatable, Sendable {
        /// Attempts after the first one. 0: none.
        package let attempts: Int
        package let on: Conditions
        /// Before the first retry; doubled for each one after it.
        package let backoff: Duration
        /// A provider that asks for a longer wait is not asked again.
        package let waitMax: Duration
        /// Retries may be at most this share of requests.
        package let budgetPercent: Int

        package init(reading fields: inout Fields) {
            attempts = fields.integer("attempts", in: 0...5, default: 1)
            on = fields.conditions("on", mayBeEmpty: true) ?? Conditions([.connect])
            backoff = fields.duration("backoff", in: .zero ... .seconds(60), default: .milliseconds(100))
            waitMax = fields.duration("max_wait", in: .zero ... .seconds(60), default: .seconds(2))
            budgetPercent = fields.value("budget", .percent(in: 0...100), default: 20)
            if attempts > 0, on.list.isEmpty {
                fields.conflict("on is empty, so nothing is ever retried", at: "on", hint: "name conditions, or set attempts to 0")
            }
            if attempts > 0, budgetPercent == 0 {
                fields.conflict("a budget of 0% allows no retry", at: "budget", hint: "raise it, or set attempts to 0")
            }
            if backoff > waitMax {
                let key = fields.has("backoff") ? "backoff" : "max_wait"
                fields.conflict("backoff (\(DurationText.text(backoff))) is longer than max_wait (\(DurationText.text(waitMax)))", at: key)
            }
            fields.finish()
        }
    }

    package struct Eject: ConfigBlock, Equatable, Sendable {
        /// Failures in a row.
        package let failures: Int
        package let duration: Duration

        package init(reading fields: inout Fields) {
            failures = fields.required("after", .failures)
            duration = fields.required("for", .duration(in: .milliseconds(100) ... .seconds(3600)))
            fields.finish()
        }
    }

    /// Where requests go, unchanged, whose model is not in `models`. nil: they are refused.
    package let provider: String?
    package let balance: Balance
    package let timeouts: Timeouts
    package let retry: Retry
    /// nil: a target is never left out.
    package let eject: Eject?

    package init(reading fields: inout Fields) {
        provider = fields.optional("provider", .name())
        balance = fields.choice("balance", default: .weighted)
        timeouts = fields.block("timeouts")
        retry = fields.block("retry")
        eject = fields.optionalBlock("eject")
        fields.finish()
    }
}
