import GatewayCore

/// Whom the limits of one route count for.
struct QuotaSubjects {
    let route: String
    let models: Set<String>

    /// The model of a request; nil for one that the file does not name.
    func model(of exchange: Exchange) -> String? { exchange.model.flatMap { models.contains($0) ? $0 : nil } }

    func subject(of exchange: Exchange, for dimension: QuotaLimit.Dimension) -> QuotaSubject {
        switch dimension {
        case .caller: exchange.caller.map { .caller($0.name) } ?? .anonymous
        case .team: exchange.caller.map { caller in caller.team.map { .team($0) } ?? .caller(caller.name) } ?? .anonymous
        case .route: .route(route)
        case .model: model(of: exchange).map { .model($0) } ?? .otherModels
        case .claim(let name): exchange.caller?.claims[name].map { .claim($0) } ?? .withoutClaim
        case .everyone: .everyone
        }
    }
}
