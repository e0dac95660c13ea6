import YAMLReader

/// One rule of a route's `fallback` list.
package struct FallbackConfig: ConfigBlock, Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        /// A model of `models`.
        case model(String)
        case target(TargetConfig)
        case answer(status: Int, message: String)
    }

    package let on: Conditions
    package private(set) var action: Action

    package init(reading fields: inout Fields) {
        on = fields.conditions("on") ?? Conditions([])
        if !fields.has("on") { fields.reportMissing("on", hint: "`on: [429, 5xx, timeout, connect]` or `on: any`") }
        let target = Self.target(&fields)
        let answer: Action? = fields.optionalBlock("answer") { answer in
            let status = answer.integer("status", in: 400...599, default: 503)
            let message = answer.required("message", .text(bytesMax: 4096))
            answer.finish()
            return .answer(status: status, message: message)
        }
        if target == nil, answer == nil {
            fields.reportMissing("to", hint: "`to: MODEL`, `to: { provider: P, model: M }` or `answer: { message: ... }`")
        }
        if target != nil, answer != nil { fields.error("a rule has either to or answer", at: "answer", hint: "make two rules of it") }
        action = target ?? answer ?? .model("")
        fields.finish()
    }

    private static func target(_ fields: inout Fields) -> Action? {
        guard let node = fields.take("to") else { return nil }
        guard case .mapping = node.value else {
            return .model(fields.read(node, of: "to", .modelName) ?? "")
        }
        var target = Fields(node, name: "to", context: fields.context)
        return .target(TargetConfig(fallback: &target))
    }

    func priced(by prices: PricesConfig, _ providers: [String: ProviderConfig]) -> FallbackConfig {
        guard case .target(let target) = action else { return self }
        var rule = self
        rule.action = .target(target.priced(by: prices, providers))
        return rule
    }
}
