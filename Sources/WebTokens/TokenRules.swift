import JSONBytes

/// What an issuer's tokens have to say to be taken, besides being signed by it.
package struct TokenRules: Equatable, Sendable {
    /// Compared with `iss` byte by byte.
    package let issuer: String
    /// Never empty; the token's `aud` must have one of them.
    package let audiences: [String]
    /// Never empty.
    package let algorithms: [TokenAlgorithm]
    /// Seconds that clocks may differ by.
    package let leewaySeconds: Int
    /// Seconds from a token's issue to its expiry; nil takes any.
    package let lifetimeSecondsMax: Int?

    package init(
        issuer: String, audiences: [String], algorithms: [TokenAlgorithm], leewaySeconds: Int = 30, lifetimeSecondsMax: Int? = nil
    ) {
        self.issuer = issuer
        self.audiences = audiences
        self.algorithms = algorithms
        self.leewaySeconds = leewaySeconds
        self.lifetimeSecondsMax = lifetimeSecondsMax
    }

    /// When a token that keeps the rules is first and last to be taken.
    package struct Validity: Equatable, Sendable {
        /// Seconds since 1970, leeway included.
        package let from: Double
        /// Seconds since 1970, leeway included: no more from then on.
        package let until: Double

        package func refusal(now: Int) -> TokenRefusal? {
            if Double(now) >= until { return .expired }
            return Double(now) < from ? .notYetValid : nil
        }
    }

    /// Looks at everything but the signature: that costs more, and a token for somebody else does not deserve it.
    ///
    /// - Parameter now: seconds since 1970.
    package func check(_ token: SignedToken, now: Int) throws(TokenRefusal) -> Validity {
        guard algorithms.contains(token.algorithm) else { throw .algorithmRefused }
        guard let issuer = token.claims["iss"]?.string, issuer.utf8.elementsEqual(self.issuer.utf8) else { throw .issuerUnknown }
        guard isMeantForUs(token.claims["aud"]) else { throw .audienceWrong }
        return try checkTimes(token.claims, now: now)
    }

    /// - SeeAlso: RFC 7519, section 4.1.3
    private func isMeantForUs(_ claim: JSONValue?) -> Bool {
        switch claim {
        case .string(let one): isOurs(one)
        case .array(let several): several.allSatisfy { $0.string != nil } && several.contains { isOurs($0.string ?? "") }
        default: false
        }
    }

    private func isOurs(_ audience: String) -> Bool { audiences.contains { $0.utf8.elementsEqual(audience.utf8) } }

    private func checkTimes(_ claims: JSONValue, now: Int) throws(TokenRefusal) -> Validity {
        guard let expiry = try time(claims["exp"]) else { throw .expiryMissing }
        let leeway = Double(leewaySeconds)
        let validity = Validity(from: (try time(claims["nbf"]) ?? -.infinity) - leeway, until: expiry + leeway)
        if let refusal = validity.refusal(now: now) { throw refusal }
        let issued = try time(claims["iat"])
        if let issued, issued > Double(now) + leeway { throw .issuedInTheFuture }
        if let lifetimeSecondsMax, expiry - (issued ?? Double(now)) > Double(lifetimeSecondsMax) { throw .lifetimeTooLong }
        return validity
    }

    /// Seconds since 1970. Text is none, nor is a number beyond the year 287396.
    private func time(_ claim: JSONValue?) throws(TokenRefusal) -> Double? {
        guard let claim else { return nil }
        guard let seconds = claim.number?.double, seconds.isFinite, abs(seconds) < 9_007_199_254_740_992 else {
            throw .malformed("one of its times (exp, nbf, iat) is not a number of seconds.")
        }
        return seconds
    }
}
