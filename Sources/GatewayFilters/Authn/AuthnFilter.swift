package import GatewayCore
import GatewayDialects

/// Lets in those who may use the route, and only with models they may use.
///
/// | `acceptsKeys` | `allowsAnonymous` | no key | known key | unknown key |
/// | --- | --- | --- | --- | --- |
/// | true | false | refused | let in, as its caller | refused |
/// | true | true | let in | let in, as its caller | see `UnknownKeys` |
/// | false | true | let in | let in, key not looked at | let in, key not looked at |
///
/// Whoever is let in without a caller is anonymous: `exchange.caller` stays nil.
package struct AuthnFilter: Filter {
    /// What happens to a key that nobody holds, on a route that is open to requests without any.
    package enum UnknownKeys: Sendable {
        /// A mistyped key is noticed.
        case refused
        /// Clients that cannot leave the key out may send anything.
        case anonymous
    }

    private let table: KeyTable
    private let acceptsKeys: Bool
    private let allowsAnonymous: Bool
    private let unknownKeys: UnknownKeys

    package init(table: KeyTable, acceptsKeys: Bool, allowsAnonymous: Bool, unknownKeys: UnknownKeys = .anonymous) {
        self.table = table
        self.acceptsKeys = acceptsKeys
        self.allowsAnonymous = allowsAnonymous
        self.unknownKeys = unknownKeys
    }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        exchange.caller = try caller(of: exchange)
        if let caller = exchange.caller, caller.models != nil { try checkModel(of: exchange, for: caller) }
        return try await next(exchange)
    }

    /// Fails closed: what asks for something of a model that cannot be told is not let through.
    private func checkModel(of exchange: Exchange, for caller: Caller) throws(GatewayError) {
        if let model = exchange.model, !caller.mayUse(model) { throw .modelForbidden(model: model) }
        guard exchange.operation == .other else { return }
        let hidesModel = exchange.model == nil && !exchange.request.body.isEmpty
        if hidesModel || OpenAIPath.namesModel(exchange.path) { throw .modelUnreadable }
    }

    /// - Returns: nil for somebody anonymous.
    private func caller(of exchange: Exchange) throws(GatewayError) -> Caller? {
        guard acceptsKeys else {
            guard allowsAnonymous else { throw .keyMissing }
            return nil
        }
        switch table.identify(exchange) {
        case .known(let caller):
            return caller
        case .absent:
            guard allowsAnonymous else { throw .keyMissing }
            return nil
        case .unknown:
            guard allowsAnonymous, unknownKeys == .anonymous else { throw .keyUnknown }
            return nil
        }
    }
}
