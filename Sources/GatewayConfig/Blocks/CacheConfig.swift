/// The `cache` block of a route.
package struct CacheConfig: ConfigBlock, Equatable, Sendable {
    /// Who may be given an answer that someone else paid for.
    package enum Scope: String, CaseIterable, Sendable {
        case caller
        /// A caller without a team shares with nobody; all requests without a key are one caller.
        case team
        case everyone
    }

    /// How long an answer may be given again.
    package let keep: Duration
    package let scope: Scope
    /// After `keep`: for so long the old answer is given while a new one is fetched. Zero: not at all.
    package let staleWhileRefresh: Duration
    /// After `keep`: for so long the old answer is given when no provider has one. Zero: not at all.
    package let staleIfError: Duration
    /// How long a provider's refusal of a request is given again. Zero: not at all.
    package let negative: Duration
    /// Only requests with temperature 0, and embeddings.
    package let isOnlyDeterministic: Bool
    package let key: CacheKeyConfig

    package init(reading fields: inout Fields) {
        keep = fields.required("keep", .duration(in: .seconds(1) ... .seconds(30 * 86_400)), hint: "`keep: 10m`")
        scope = fields.choice("scope", default: .team)
        staleWhileRefresh = fields.duration("stale_while_refresh", in: .zero ... .seconds(30 * 86_400), default: .zero)
        staleIfError = fields.duration("stale_if_error", in: .zero ... .seconds(30 * 86_400), default: .zero)
        negative = fields.duration("negative", in: .zero ... .seconds(3600), default: .zero)
        isOnlyDeterministic = fields.flag("only_deterministic", default: false)
        key = fields.block("key")
        fields.finish()
    }
}
