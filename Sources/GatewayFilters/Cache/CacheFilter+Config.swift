import GatewayConfig
import GatewayCore
import JSONBytes
import HTTPWire

extension CacheFilter {
    /// - Throws: `JSONEditPlanError` for members to ignore that make no sense together.
    init(_ config: CacheConfig, of route: RouteConfig, state: CacheState, fingerprint: [UInt8]) throws {
        let converters = FormConverter.all
        let recipe = CacheKeyRecipe(
            route: route.name, scope: CacheScope(config.scope),
            // A key that is new with each call says nothing about the answer.
            sentHeaders: HeaderTransform.passed(route.transform.headers.pass).filter { $0 != "idempotency-key" },
            fingerprint: fingerprint, convertible: Set(converters.keys), fields: try CacheKeyFields(config.key),
            switches: route.switches)
        self.init(
            recipe: recipe, policy: CachePolicy(config), determinism: config.isOnlyDeterministic ? Determinism(route.transform) : nil,
            state: state, converters: converters)
    }
}

extension CachePolicy {
    init(_ config: CacheConfig) {
        self.init(
            keep: config.keep, staleWhileRefresh: config.staleWhileRefresh, staleIfError: config.staleIfError, negative: config.negative)
    }
}

extension CacheKeyFields {
    init(_ config: CacheKeyConfig) throws {
        // What is inside something that is left out needs no word of its own.
        let pointers = Set(config.ignored.map(\.tokens))
        let outermost = pointers.filter { tokens in !(1..<tokens.count).contains { pointers.contains(Array(tokens.prefix($0))) } }
        let plan = try outermost.isEmpty ? nil : JSONEditPlan(outermost.map { .remove(JSONPointer(tokens: $0)) })
        self.init(ignored: plan, added: Set(config.added.map(\.rawValue)), headers: config.headers)
    }
}

extension CacheScope {
    fileprivate init(_ scope: CacheConfig.Scope) {
        switch scope {
        case .caller: self = .caller
        case .team: self = .team
        case .everyone: self = .everyone
        }
    }
}

extension Determinism {
    init(_ transform: TransformConfig) {
        self.init(
            forced: Self.isZero(transform.set) ?? (transform.remove.contains { Self.pointers.contains($0.tokens) } ? false : nil),
            whenAbsent: Self.isZero(transform.defaults) ?? false)
    }

    /// nil: the edits say nothing of the temperature.
    private static func isZero(_ edits: [TransformConfig.Edit]) -> Bool? {
        edits.first { pointers.contains($0.pointer.tokens) }.map { (try? JSONValue(parsing: $0.json))?.double == 0 }
    }
}
