package import GatewayCore
import JSONBytes
import WebTokens

/// The issuers whose tokens are taken, and the tokens that were found to be theirs. Outlives a reload that changes none of them.
package final class TokenTable: Sendable {
    package let issuers: [TokenIssuer]
    private let byName: [String: TokenIssuer]
    private let verified: VerifiedTokens

    /// - Parameter issuers: each `iss` once.
    package init(_ issuers: [TokenIssuer], tokensMax: Int = 8192) {
        self.issuers = issuers
        byName = Dictionary(issuers.map { ($0.rules.issuer, $0) }) { first, _ in first }
        verified = VerifiedTokens(countMax: tokensMax)
    }

    /// Who a token stands for that has been found good before, with the keys that its issuer has now; nil: it has not.
    ///
    /// - Throws: `tokenRefused` when it is no longer valid.
    func remembered(_ digest: KeyDigest, _ exchange: Exchange) throws(GatewayError) -> Caller? {
        guard let known = verified.token(for: digest), known.keysVersion == known.issuer.keys.version else { return nil }
        if let refusal = known.validity.refusal(now: exchange.worker.secondsSince1970) { throw .tokenRefused(refusal) }
        return known.caller
    }

    /// Who a token stands for.
    ///
    /// - Parameter digest: the token's.
    /// - Throws: `tokenRefused`, `issuerUnreachable`, or the cancellation's error.
    func caller(of token: [UInt8], _ digest: KeyDigest, _ exchange: Exchange) async throws(GatewayError) -> Caller {
        if let known = try remembered(digest, exchange) { return known }
        let now = exchange.worker.secondsSince1970
        let found = try await verify(token, now: now, exchange)
        verified.keep(found, for: digest, now: now)
        return found.caller
    }

    private func verify(_ text: [UInt8], now: Int, _ exchange: Exchange) async throws(GatewayError) -> VerifiedToken {
        let token: SignedToken
        do throws(TokenRefusal) { token = try SignedToken(text) } catch { throw .tokenRefused(error) }
        // Whatever the token says of its issuer, it only chooses whose rules and keys it has to stand up to.
        guard let issuer = token.claims["iss"]?.string.flatMap({ byName[$0] }) else { throw .tokenRefused(.issuerUnknown) }
        return try await issuer.verify(token, now: now, exchange)
    }

    /// Fetches keys whose time has come. To be called now and then on one worker.
    package func refreshKeys(on worker: any WorkerServices) {
        for issuer in issuers { issuer.keys.refreshIfDue(on: worker) }
    }

    package var endpoints: [UpstreamEndpoint] { issuers.compactMap(\.keys.endpoint) }
}
