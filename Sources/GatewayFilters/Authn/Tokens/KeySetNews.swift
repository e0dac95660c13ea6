/// What the operator is told about fetching an issuer's keys: once for each change, not for each fetch.
package enum KeySetNews: Equatable, Sendable {
    case failing(issuer: String, reason: String, hasKeys: Bool)
    case back(issuer: String)
}
