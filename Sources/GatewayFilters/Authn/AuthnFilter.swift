package import GatewayCore
import GatewayDialects
package import HTTPWire

/// Lets in those who may use the route, from where they may, and only with models they may use.
///
/// | `accepted` | `allowsAnonymous` | no credential | a valid one of an accepted kind | any other |
/// | --- | --- | --- | --- | --- |
/// | some | false | refused | let in, as its caller | refused |
/// | some | true | let in | let in, as its caller | see `UnknownKeys` |
/// | none | true | let in | let in, not looked at | let in, not looked at |
///
/// Whoever is let in without a caller is anonymous: `exchange.caller` stays nil.
package struct AuthnFilter: Filter {
    /// What happens to a credential that is nobody's, on a route that is open to requests without any.
    package enum UnknownKeys: Sendable {
        /// A mistyped key is noticed.
        case refused
        /// Clients that cannot leave the key out may send anything.
        case anonymous
    }

    private let directory: CallerDirectory
    private let acceptsKeys: Bool
    private let acceptsTokens: Bool
    private let allowsAnonymous: Bool
    private let unknownKeys: UnknownKeys
    private let addresses: [AddressBlock]?
    private let proxies: [AddressBlock]

    /// - Parameters:
    ///   - addresses: where requests may come from; nil: from anywhere.
    ///   - proxies: whose word about a client's address is taken.
    package init(
        directory: CallerDirectory, accepted: Set<CredentialKind>, allowsAnonymous: Bool, unknownKeys: UnknownKeys = .anonymous,
        addresses: [AddressBlock]? = nil, proxies: [AddressBlock] = []
    ) {
        self.directory = directory
        acceptsKeys = accepted.contains(.key)
        acceptsTokens = accepted.contains(.jwt)
        self.allowsAnonymous = allowsAnonymous
        self.unknownKeys = unknownKeys
        self.addresses = addresses
        self.proxies = proxies
    }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        try admit(exchange, as: looksAtCredentials ? await directory.identify(exchange) : nil)
        return try await next(exchange)
    }

    /// Most credentials are known without asking anybody.
    package func passes(_ exchange: Exchange) throws(GatewayError) -> Bool {
        guard looksAtCredentials else {
            try admit(exchange, as: nil)
            return true
        }
        guard let identity = directory.identifyAtOnce(exchange) else { return false }
        try admit(exchange, as: identity)
        return true
    }

    /// - Parameter identity: nil where no credential is looked at.
    private func admit(_ exchange: Exchange, as identity: Identity?) throws(GatewayError) {
        try checkAddress(of: exchange, in: addresses)
        exchange.caller = try caller(identity)
        if let caller = exchange.caller {
            try checkAddress(of: exchange, in: caller.addresses)
            if caller.models != nil { try checkModel(of: exchange, for: caller) }
        }
    }

    /// Fails closed: an address that is not known is not one of the list.
    private func checkAddress(of exchange: Exchange, in addresses: [AddressBlock]?) throws(GatewayError) {
        guard let addresses else { return }
        guard let peer = exchange.peer,
            let client = ForwardedFor.client(peer: peer, fields: exchange.request.head.fields, proxies: proxies),
            addresses.contains(where: { $0.contains(client) })
        else { throw .addressForbidden }
    }

    /// Fails closed: what asks for something of a model that cannot be told is not let through.
    private func checkModel(of exchange: Exchange, for caller: Caller) throws(GatewayError) {
        if let model = exchange.model, !caller.mayUse(model) { throw .modelForbidden(model: model) }
        guard exchange.operation == .other else { return }
        let hidesModel = exchange.model == nil && !exchange.request.body.isEmpty
        if hidesModel || OpenAIPath.namesModel(exchange.path) { throw .modelUnreadable }
    }

    /// - Returns: nil for somebody anonymous.
    private func caller(_ identity: Identity?) throws(GatewayError) -> Caller? {
        switch identity {
        case .known(let caller, by: let kind):
            guard accepts(kind) else { return try anonymous(orThrow: .credentialNotTaken(kind)) }
            return caller
        case .absent, nil:
            guard allowsAnonymous else { throw .keyMissing }
            return nil
        case .refused(let kind, let error):
            return try anonymous(orThrow: accepts(kind) ? error : .credentialNotTaken(kind))
        }
    }

    private var looksAtCredentials: Bool { acceptsKeys || acceptsTokens }

    private func accepts(_ kind: CredentialKind) -> Bool {
        switch kind {
        case .key: acceptsKeys
        case .jwt: acceptsTokens
        }
    }

    private func anonymous(orThrow error: GatewayError) throws(GatewayError) -> Caller? {
        guard allowsAnonymous, unknownKeys == .anonymous else { throw error }
        return nil
    }
}
