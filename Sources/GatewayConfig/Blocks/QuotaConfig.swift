package import GatewayCore
import YAMLReader

/// One entry of a route's `quota` list.
///
/// A counter is kept for each value of `each`, under the name of the limit. A limit that the file gives no name counts on its own route
/// only; limits of the same name, on whatever routes, are one limit and share their counters.
package struct QuotaConfig: Hashable, Sendable {
    /// What gets a counter of its own.
    package enum Dimension: Hashable, Sendable {
        /// All requests without a key are one caller.
        case caller
        /// A caller without a team counts as a team of one.
        case team
        case route
        /// A model of `models`, as the client names it; all others together count as one.
        case model
        /// What a claim of the caller's token says; all whose tokens lack it count as one.
        case claim(String)
        /// One counter for all.
        case everyone
    }

    /// What happens to a request that finds too little left.
    package enum OnExceed: String, CaseIterable, Sendable { case reject, clamp, finish }

    /// What happens to requests while Redis cannot be asked.
    package enum OnRedisFailure: String, CaseIterable, Sendable {
        /// Each pod holds to its share of the limit.
        case share
        case reject
        case allow
    }

    /// Unique together with `each`; the same before and after a reload that changes only the number.
    package let name: String
    package let allowance: QuotaAllowance
    package let each: Dimension
    package let onExceed: OnExceed
    /// Counts and reports, and lets everything through.
    package let isShadow: Bool
    /// Whether answers from the cache count as if the provider had been asked.
    package let chargesCached: Bool
    package let onRedisFailure: OnRedisFailure

    /// - Parameter route: the name of the route that the limit stands on.
    init(route: String, reading fields: inout Fields) {
        let text = fields.required(
            "allow", .allowance, hint: "`allow: 60 requests per minute`, `100k tokens per day`, `50 USD per month` or `20 at once`")
        let allowance = QuotaAllowance(text, reading: &fields)
        self.allowance = allowance
        each = fields.value("each", .quotaDimension, default: .caller)
        name = fields.value("name", .name(), default: "\(route): \(text.kind)")
        isShadow = fields.flag("shadow", default: false)
        let onExceed = fields.optional("on_exceed", ScalarType<OnExceed>.choice())
        let chargesCached = fields.optional("charge_cached", .flag)
        onRedisFailure = fields.choice("when_redis_is_down", default: .share)
        self.onExceed = onExceed ?? .reject
        self.chargesCached = chargesCached ?? false
        if allowance != .unread, !allowance.isMetered {
            if onExceed != nil { fields.conflict("on_exceed is for limits of tokens and USD", at: "on_exceed", hint: "remove it") }
            if chargesCached != nil { fields.conflict("charge_cached is for limits of tokens and USD", at: "charge_cached", hint: "remove it") }
        }
        if onExceed == .clamp, case .tokens(let weights) = allowance.measure, weights.output == 0 {
            fields.conflict("on_exceed: clamp does nothing: output does not count here", at: "on_exceed", hint: "write `on_exceed: reject`")
        }
        fields.finish()
    }
}

extension QuotaConfig.Dimension {
    /// As the file has it.
    package var name: String {
        switch self {
        case .caller: "caller"
        case .team: "team"
        case .route: "route"
        case .model: "model"
        case .claim(let name): "claim \(name)"
        case .everyone: "everyone"
        }
    }
}

extension ScalarType<QuotaConfig.Dimension> {
    private static let words: [String: QuotaConfig.Dimension] = [
        "caller": .caller, "team": .team, "route": .route, "model": .model, "everyone": .everyone,
    ]

    static let quotaDimension = ScalarType(placeholder: .caller) { scalar throws(ScalarMistake) in
        if let word = words[scalar.text] { return word }
        let parts = scalar.text.split(separator: " ").map(String.init)
        if parts.count == 2, parts[0] == "claim" {
            return .claim(try ScalarType<String>.name().parse(ScalarText(parts[1], isPlain: false)))
        }
        let near = scalar.isReference ? nil : Suggestion.nearest(to: scalar.text, among: words.keys.sorted() + ["claim NAME"])
        let suggestion = near.map { " (did you mean \"\($0)\"?)" } ?? ""
        throw ScalarMistake("must be one of: caller, team, route, model, everyone, claim NAME\(suggestion)")
    }
}
