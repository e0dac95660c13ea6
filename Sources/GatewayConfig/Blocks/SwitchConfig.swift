package import GatewayCore

/// One rule of a route's `switch` list: another model in place of the one that was asked for. All that `when` names must hold.
package struct SwitchConfig: ConfigBlock, Equatable, Sendable {
    /// More or fewer tokens than a bound, as reckoned from the request.
    package enum InputTokens: Equatable, Sendable {
        case above(Int)
        case below(Int)
    }

    package struct Spent: Equatable, Sendable {
        package let percent: Int
        /// A limit of the route's own `quota`.
        package let limit: String
    }

    /// As the client names them; empty: any.
    package let models: [Glob]
    package let inputTokens: InputTokens?
    package let spent: Spent?
    /// What serves the request instead.
    package let model: String

    package init(reading fields: inout Fields) {
        let condition = fields.optionalBlock("when") { when in
            let models = when.list("model", of: .modelGlob) ?? []
            let tokens = when.optional("input_tokens", .tokenBound)
            let spent = when.optional("spent", .spent)
            if !when.has("input_tokens"), !when.has("spent") {
                when.reportMissing("spent", hint: "`spent: 80% of LIMIT` or `input_tokens: \"> 8k\"`")
            }
            when.finish()
            return (models, tokens, spent)
        }
        if condition == nil { fields.reportMissing("when", hint: "`when: { spent: 80% of LIMIT }`") }
        models = condition?.0 ?? []
        inputTokens = condition?.1
        spent = condition?.2
        model = fields.required("use", .modelName)
        fields.finish()
    }
}

extension ScalarType<SwitchConfig.InputTokens> {
    /// `> 8k` or `< 8k`.
    fileprivate static let tokenBound = ScalarType(placeholder: .above(1)) { scalar throws(ScalarMistake) in
        let digits = scalar.text.drop { $0 == "<" || $0 == ">" || $0 == " " }
        let sign = scalar.text.prefix(1)
        guard sign == "<" || sign == ">", scalar.text.filter({ $0 == "<" || $0 == ">" }).count == 1 else {
            throw ScalarMistake("must read like \"> 8k\" or \"< 8k\", not \(scalar.shown)")
        }
        let tokens = try ScalarType<Int>.tokens(in: 1...1_000_000_000).parse(
            ScalarText(String(digits), isPlain: true, isReference: scalar.isReference))
        return sign == ">" ? .above(tokens) : .below(tokens)
    }
}

extension ScalarType<SwitchConfig.Spent> {
    /// `80% of team-budget`.
    fileprivate static let spent = ScalarType(placeholder: SwitchConfig.Spent(percent: 1, limit: "")) { scalar throws(ScalarMistake) in
        let words = scalar.text.split(separator: " ")
        guard words.count == 3, words[1] == "of" else {
            throw ScalarMistake("must read like \"80% of LIMIT\", with the name of one of the route's limits, not \(scalar.shown)")
        }
        let percent = try ScalarType<Int>.percent(in: 1...100).parse(ScalarText(String(words[0]), isPlain: true, isReference: scalar.isReference))
        return SwitchConfig.Spent(percent: percent, limit: String(words[2]))
    }
}
