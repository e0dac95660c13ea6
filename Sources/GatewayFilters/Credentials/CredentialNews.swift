/// What the operator is told about fetching a provider's credential: once for each change, not for each fetch.
package enum CredentialNews: Equatable, Sendable {
    /// `hasOld`: requests go on with the one at hand.
    case failing(provider: String, reason: String, hasOld: Bool)
    case back(provider: String)
}
