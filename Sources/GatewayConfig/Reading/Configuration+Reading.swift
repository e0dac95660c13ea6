import YAMLReader

extension Configuration: ConfigBlock {
    package init(reading fields: inout Fields) {
        if fields.has("version") {
            _ = fields.integer("version", in: 1...1, default: 1)
        } else {
            _ = fields.take("version")
            fields.reportMissing("version", hint: "begin the file with `version: 1`")
        }
        workers = fields.optional("workers", .integer(in: 1...128))
        drain = fields.duration("drain", in: .zero ... .seconds(3600), default: .seconds(30))
        listen = fields.block("listen")
        admin = fields.block("admin")
        log = fields.block("log")
        cache = fields.block("cache")
        quota = fields.block("quota")
        redis = fields.optionalBlock("redis")
        providers = fields.namedBlocks("providers", name: .name()) { ProviderConfig(name: $0, reading: &$1) }
        let prices = PricesConfig.read(&fields)
        self.prices = prices
        let byName = Dictionary(providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        models = fields.namedBlocks("models", name: .modelName) { ModelConfig(name: $0, reading: &$1) }.map { $0.priced(by: prices, byName) }
        callers = CallerList.read(&fields)
        jwt = fields.blocks("jwt") { JWTConfig(reading: &$0) }
        routes = fields.blocks("routes") { RouteConfig(reading: &$0).priced(by: prices, byName) }
        if !fields.has("providers") { fields.reportMissing("providers", hint: "name at least one: `demo: { dialect: openai, url: \"demo:\" }`") }
        if !fields.has("routes") { fields.reportMissing("routes", hint: "without a route every request is answered 404") }
        fields.finish()
    }
}
