/// One entry of a route's `quota` list.
///
/// A counter is kept for each value of `each`, under the name of the limit. A limit that the file gives no name counts on its own route
/// only; limits of the same name, on whatever routes, are one limit and share their counters.
package struct QuotaConfig: Hashable, Sendable {
    package enum Allowance: Hashable, Sendable {
        /// At most so many in any stretch of `window`.
        case requests(Int, window: Duration)
        /// At most so many unanswered at the same time.
        case atOnce(Int)
    }

    /// What gets a counter of its own.
    package enum Dimension: String, CaseIterable, Sendable {
        /// All requests without a key are one caller.
        case caller
        /// A caller without a team counts as a team of one.
        case team
        case route
        /// A model of `models`, as the client names it; all others together count as one.
        case model
        /// One counter for all.
        case everyone
    }

    /// Unique together with `each`; the same before and after a reload that changes only the number.
    package let name: String
    package let allowance: Allowance
    package let each: Dimension

    /// - Parameter route: the name of the route that the limit stands on.
    init(route: String, reading fields: inout Fields) {
        allowance = fields.required("allow", .allowance, hint: "`allow: 60 requests per minute` or `allow: 20 at once`")
        each = fields.choice("each", default: .caller)
        let ownName =
            switch allowance {
            case .requests(_, let window): "\(route): requests per \(DurationText.text(window))"
            case .atOnce: "\(route): at once"
            }
        name = fields.value("name", .name(), default: ownName)
        fields.finish()
    }
}
