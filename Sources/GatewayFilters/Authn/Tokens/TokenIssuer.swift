import GatewayCore
import JSONBytes
package import WebTokens

/// Somebody whose tokens are taken.
package final class TokenIssuer: Sendable {
    /// The name from the file.
    package let name: String
    package let rules: TokenRules
    package let keys: IssuerKeys
    private let mapping: TokenMapping

    package init(name: String, rules: TokenRules, keys: IssuerKeys, mapping: TokenMapping) {
        self.name = name
        self.rules = rules
        self.keys = keys
        self.mapping = mapping
    }

    /// What is cheap comes first, and what makes the gateway ask somebody else only for a token that is meant for it.
    func verify(_ token: SignedToken, now: Int, _ exchange: Exchange) async throws(GatewayError) -> VerifiedToken {
        let validity: TokenRules.Validity
        do throws(TokenRefusal) { validity = try rules.check(token, now: now) } catch { throw .tokenRefused(error) }
        let (set, version) = try await keySet(for: token, exchange)
        let candidates = set.candidates(id: token.keyID, token.algorithm)
        guard !candidates.isEmpty else { throw .tokenRefused(.keyUnknown) }
        guard token.isSigned(by: candidates) else { throw .tokenRefused(.signatureWrong) }
        do throws(TokenRefusal) {
            let caller = try mapping.caller(of: token.claims, issuer: name)
            return VerifiedToken(issuer: self, keysVersion: version, caller: caller, validity: validity)
        } catch { throw .tokenRefused(error) }
    }

    /// The keys at hand, or new ones where those at hand do not have the token's.
    private func keySet(for token: SignedToken, _ exchange: Exchange) async throws(GatewayError) -> (TokenKeySet, version: Int) {
        if let known = keys.current, !known.set.candidates(id: token.keyID, token.algorithm).isEmpty { return known }
        try await keys.fetchForUnknownKey(exchange)
        guard let known = keys.current else { throw .issuerUnreachable(issuer: name) }
        return known
    }
}
