import GatewayCore
import YAMLReader

/// The `prices` of a file: what models cost whose target says nothing.
///
/// A table stands under the name of a provider, or under a dialect for all providers that speak it.
package struct PricesConfig: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        let model: Glob
        let price: PriceConfig
        /// Seconds since 1970; nil: no other price is known.
        var changesAt: Int?
    }

    /// Of a table that is older, a warning is given.
    private static let secondsMax = 183 * 86_400

    private let tables: [String: [Entry]]

    static let none = PricesConfig(tables: [:])

    private init(tables: [String: [Entry]]) {
        self.tables = tables
    }

    /// What a model costs at a provider: the provider's own table before its dialect's, an exact name before a pattern, the first pattern before
    /// others.
    func entry(for model: String, at provider: ProviderConfig) -> Entry? {
        for name in [provider.name, provider.dialect.rawValue] {
            if let entries = tables[name], let entry = Self.entry(for: model, in: entries) { return entry }
        }
        return nil
    }

    private static func entry(for model: String, in entries: [Entry]) -> Entry? {
        entries.first { $0.model.isExact && $0.model.text == model } ?? entries.first { !$0.model.isExact && $0.model.matches(model) }
    }

    /// The names of the tables, for checks.
    var tableNames: [String] { tables.keys.sorted() }
}

extension PricesConfig {
    /// Reads the key `prices`: the tables themselves, or a `${file:…}` with them.
    static func read(_ fields: inout Fields) -> PricesConfig {
        guard let node = fields.take("prices") else { return .none }
        guard case .scalar(let scalar) = node.value else {
            var tables = Fields(node, name: "prices", context: fields.context)
            return PricesConfig(reading: &tables)
        }
        guard let text = try? ReferenceText(scalar.text), text.pieces.count == 1, case .file(let path) = text.pieces[0] else {
            fields.context.error(
                "prices must be tables of prices, or name a file that has them", at: node.position, hint: "write prices: \"${file:prices.yaml}\"")
            return .none
        }
        return included(path, at: node, fields.context)
    }

    private static func included(_ path: String, at node: YAMLNode, _ context: ReadingContext) -> PricesConfig {
        guard let bytes = context.contents(of: path, bytesMax: YAMLLimits().bytesMax, at: node.position) else { return .none }
        let inner = context.including(context.path(path))
        let document = YAMLDocument(reading: bytes)
        inner.report(document.problems)
        guard let root = document.root else { return .none }
        var tables = Fields(root, name: "a file of prices", context: inner)
        return PricesConfig(reading: &tables)
    }

    private init(reading fields: inout Fields) {
        let now = fields.context.now
        if let checked = fields.optional("checked", .timestamp), checked != .max {
            if now > 0, checked > now + 86_400 { fields.conflict("checked is a day that has not come yet", at: "checked") }
            if now - checked > Self.secondsMax {
                fields.warn(
                    "these prices were checked more than half a year ago", at: "checked",
                    hint: "compare them with the providers' pages, and set checked to that day")
            }
        } else if !fields.has("checked") {
            fields.reportMissing("checked", hint: "the day on which somebody compared these prices with the providers' pages: `checked: 2026-11-26`")
        }
        var tables: [String: [Entry]] = [:]
        for entry in fields.takeAll() where entry.key != "checked" {
            var models = Fields(entry.value, name: entry.key.quotedBriefly, context: fields.context)
            tables[entry.key] = models.takeAll().compactMap { Self.entry(Self.name($0, models), $0, fields.context, now: now) }
        }
        self.tables = tables
    }

    private static func name(_ entry: YAMLNode.Entry, _ fields: Fields) -> Glob {
        do throws(ScalarMistake) {
            return try ScalarType<Glob>.modelGlob.parse(ScalarText(entry.key, isPlain: true))
        } catch {
            fields.context.error("a model's name \(error.message)", at: entry.keyPosition, hint: error.hint)
            return Glob("")
        }
    }

    /// One price, or those that follow each other: the last that has begun holds.
    private static func entry(_ name: Glob, _ entry: YAMLNode.Entry, _ context: ReadingContext, now: Int) -> Entry? {
        guard case .sequence(let items) = entry.value.value else {
            var fields = Fields(entry.value, name: entry.key.quotedBriefly, context: context)
            return Entry(model: name, price: PriceConfig(reading: &fields), changesAt: nil)
        }
        var found: Entry?
        var last = Int.min
        for item in items {
            var fields = Fields(item, name: "a price of \(entry.key.quotedBriefly)", context: context)
            let from = fields.optional("from", .timestamp) ?? 0
            if from <= last { fields.conflict("prices must stand in the order of their days", at: "from") }
            last = from
            let price = PriceConfig(reading: &fields)
            if from <= now { found = Entry(model: name, price: price, changesAt: nil) } else if found?.changesAt == nil { found?.changesAt = from }
        }
        if found == nil { context.error("\(entry.key.quotedBriefly) has no price that holds today", at: entry.value.position) }
        return found
    }
}
