package import GatewayConfig
package import GatewayCore
import HTTPWire

/// A compiled `gateway.yaml`: immutable, shared by all workers, replaced as a whole by a reload.
package final class Pipeline: Sendable {
    package final class Route: Sendable {
        package let name: String
        package let chain: FilterChain
        /// nil: the heads of its answers stay as they are.
        package let answerHeaders: AnswerHeaderTransform?

        fileprivate init(name: String, chain: FilterChain, answerHeaders: AnswerHeaderTransform?) {
            self.name = name
            self.chain = chain
            self.answerHeaders = answerHeaders
        }
    }

    /// Counts the files that have been live since the start, from 1.
    package let generation: Int
    package let configuration: Configuration
    package let targets: [Target]
    /// nil: browsers' pages of other origins may not call.
    package let cors: CORSPolicy?
    private let routes: [Route]
    private let table: RouteTable
    private let callers: CallerDirectory
    /// nil: the file names no issuer.
    private let tokens: TokenTable?
    /// Whether some route is for certain callers only: then `identify` comes before `route`.
    package let routesByCaller: Bool
    private let models: [String: String]

    package var endpoints: [UpstreamEndpoint] { targets.map(\.provider.endpoint) + (tokens?.endpoints ?? []) }
    /// Whose tokens are taken.
    package var issuers: [TokenIssuer] { tokens?.issuers ?? [] }

    /// - Parameter demoURL: starts the built-in demo provider if it does not run yet, and tells where it listens.
    package init(
        compiling configuration: Configuration, shared: SharedState, generation: Int, createdAt: Int, demoURL: @Sendable () throws -> String
    ) throws {
        let compiler = try RouteCompiler(configuration, shared: shared, createdAt: createdAt, demoURL: demoURL)
        routes = try configuration.routes.map { route in
            Route(name: route.name, chain: try compiler.chain(of: route), answerHeaders: AnswerHeaderTransform(route.transform.answerHeaders))
        }
        table = RouteTable(configuration.routes.map { RouteCondition($0.match) })
        callers = compiler.callers
        tokens = compiler.tokens
        routesByCaller = configuration.routes.contains { !$0.match.callers.isEmpty }
        targets = compiler.targets
        cors = configuration.listen.cors.map { CORSPolicy($0) }
        models = Dictionary(configuration.models.map { ($0.name, $0.name) }) { first, _ in first }
        self.generation = generation
        self.configuration = configuration
    }

    /// Finds out whose request it is. May wait: a token's issuer may have to be asked for its keys.
    package func identify(_ exchange: Exchange) async { _ = await callers.identify(exchange) }

    /// The first route of the file that matches.
    package func route(for exchange: Exchange) -> Route? { table.match(exchange).map { routes[$0] } }

    /// Fetches issuers' keys whose time has come. To be called now and then on one worker.
    package func refreshKeys(on worker: any WorkerServices) { tokens?.refreshKeys(on: worker) }

    /// Why no route took a request: the most helpful thing that can be said.
    package func reasonForNoRoute(_ exchange: Exchange) -> GatewayError {
        if let model = exchange.model, models[model] == nil { return .modelUnknown(model: model) }
        return .routeMissing
    }

    /// A model's name for metrics: only the file's own names become labels.
    package func modelLabel(_ model: String) -> String? { models[model] }
}

extension Exchange: RouteQuery {
    package var pathAsSent: String? { request.head.path == path ? nil : request.head.path }
    package var method: String { request.head.method.name }
    package var ignoresModel: Bool { operation == .models }
    package func header(_ name: String) -> String? { request.head.fields.first(name) }
    package var headerNames: [String] { request.head.fields.map(\.name) }
    package var callerName: String? { identity?.caller?.name }
}

extension RouteCondition {
    init(_ match: MatchConfig) {
        self.init(
            paths: match.paths, methods: match.methods, models: match.models,
            headers: match.headers.map { ($0.name, $0.values) }, callers: match.callers)
    }
}
