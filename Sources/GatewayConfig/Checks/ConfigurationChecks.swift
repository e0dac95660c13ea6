import YAMLReader

/// What no single block can know: names that lead nowhere, and policies that can never take effect.
///
/// Runs also on a configuration with mistakes, whose stand-ins have empty names, so that one run finds them all.
struct ConfigurationChecks {
    let configuration: Configuration
    let context: ReadingContext
    let places: Places
    let providers: [String: ProviderConfig]
    let models: [String: ModelConfig]
    let callers: Set<String>
    /// Whether some route takes requests for models that `models` does not name.
    let hasPassThrough: Bool
    let hasTeams: Bool

    init(_ configuration: Configuration, root: YAMLNode, context: ReadingContext) {
        self.configuration = configuration
        self.context = context
        places = Places(root: root)
        providers = Dictionary(configuration.providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        models = Dictionary(configuration.models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        callers = Set(configuration.callers.map(\.name))
        hasPassThrough = configuration.routes.contains { $0.upstream.provider != nil }
        hasTeams = configuration.callers.contains { $0.team != nil } || configuration.jwt.contains { $0.team != nil }
    }

    func run() {
        checkAddresses()
        checkModels()
        checkBaselines()
        checkPriceTables()
        warnOfChangingPrices()
        checkCallers()
        checkIssuers()
        checkRouteNames()
        for (index, route) in configuration.routes.enumerated() where !route.name.isEmpty {
            checkMatch(ofRoute: index)
            checkAuthn(ofRoute: index)
            checkQuota(ofRoute: index)
            checkCache(ofRoute: index)
            checkOperations(ofRoute: index)
            checkUpstream(ofRoute: index)
            checkFallback(ofRoute: index)
            checkSwitches(ofRoute: index)
            checkPrices(ofRoute: index)
        }
        checkSharedLimits()
        checkShadowedRoutes()
        warnOfUnused()
    }

    private func checkAddresses() {
        let (listen, admin) = (configuration.listen.address, configuration.admin.address)
        let everywhere = ["0.0.0.0", "::"]
        let meet = listen.host == admin.host || everywhere.contains(listen.host) || everywhere.contains(admin.host)
        if listen.port != 0, listen.port == admin.port, meet {
            context.error("admin.address has the port of listen.address", at: places["admin", "address"], hint: "choose another port")
        }
        let isOpen = configuration.routes.contains { $0.authn.anonymous } && !listen.isLoopback
        if isOpen, configuration.providers.contains(where: { $0.endpoint != .demo }) {
            context.warn(
                "anyone who reaches \(listen) may use the routes that are anonymous", at: places["listen", "address"],
                hint: "listen on 127.0.0.1, or ask for keys")
        }
    }

    /// Reports a name that nothing has.
    ///
    /// - Parameter file: where it stands; nil: in the configuration itself.
    func unknown(
        _ what: String, _ name: String, among names: some Sequence<String>, at position: Position, hint: String? = nil,
        in file: ReadingContext? = nil
    ) {
        let context = file ?? context
        let suggestion = context.suggestion(for: name, among: names)
        context.error("there is no \(what) \(name.quotedBriefly)\(suggestion)", at: position, hint: suggestion.isEmpty ? hint : nil)
    }
}
