/// One rule of a route's `fallback` list.
package struct FallbackConfig: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        /// A model of `models`.
        case model(String)
        case target(TargetConfig)
        case answer(status: Int, message: String)
    }

    package let on: Conditions
    package let action: Action
}
