package import GatewayConfig
import GatewayCore

/// What is done instead when a model cannot be served.
package struct FallbackRule: Sendable {
    package enum Action: Sendable {
        case model(ServedModel)
        /// An error of the operator's own wording, 400...599.
        case answer(status: Int, message: String)
    }

    package let on: Conditions
    package let action: Action

    package init(on: Conditions, action: Action) {
        self.on = on
        self.action = action
    }
}
