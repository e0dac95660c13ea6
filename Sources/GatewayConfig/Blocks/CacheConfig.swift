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

    package init(reading fields: inout Fields) {
        keep = fields.required("keep", .duration(in: .seconds(1) ... .seconds(30 * 86_400)), hint: "`keep: 10m`")
        scope = fields.choice("scope", default: .team)
        fields.finish()
    }
}
