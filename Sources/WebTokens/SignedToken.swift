package import JSONBytes

/// A JSON Web Token in its compact form, taken apart. Nothing in it is true before `TokenRules` and a key have said so.
///
/// - SeeAlso: RFC 7515, section 3.1; RFC 7519, section 7.2; RFC 8725
package struct SignedToken: Sendable {
    /// Bytes of a whole token. A longer one is not looked at.
    package static let bytesMax = 16 << 10
    private static let headerLimits = JSONLimits(depthMax: 4, numberBytesMax: 64, stringBytesMax: 8192, membersMax: 32, valuesMax: 128)
    private static let claimsLimits = JSONLimits(depthMax: 16, numberBytesMax: 64, stringBytesMax: 8192, membersMax: 256, valuesMax: 4096)
    /// Tokens of other kinds are not to be taken for one that says who calls (RFC 8725, section 3.11).
    private static let types: Set<String> = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]

    package let algorithm: TokenAlgorithm
    /// Its `kid`: compared with the names of keys, and used for nothing else.
    package let keyID: String?
    package let claims: JSONValue
    /// Header and claims, as they came.
    let signed: ArraySlice<UInt8>
    let signature: [UInt8]

    /// Whether a credential is meant to be a token: it has the dots of one, and begins as base64url of a brace does.
    package static func isLikely(_ text: [UInt8]) -> Bool {
        guard text.count > 1, text[0] == UInt8(ascii: "e"), (UInt8(ascii: "w")...UInt8(ascii: "z")).contains(text[1]) else { return false }
        return text.count { $0 == UInt8(ascii: ".") } >= 2
    }

    package init(_ text: [UInt8]) throws(TokenRefusal) {
        guard text.count <= Self.bytesMax else { throw .tooLong(bytesMax: Self.bytesMax) }
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it does not have three parts.") }
        guard let header = Base64URL.decoded(parts[0]), let claims = Base64URL.decoded(parts[1]), let signature = Base64URL.decoded(parts[2])
        else { throw .malformed("it is not base64url without padding.") }
        guard !signature.isEmpty else { throw .malformed("it has no signature.") }
        (algorithm, keyID) = try Self.header(header)
        self.claims = try Self.object(claims, Self.claimsLimits, "its claims are not a JSON object in which each name stands once.")
        self.signature = signature
        signed = text[..<parts[1].endIndex]
    }

    private static func object(_ text: [UInt8], _ limits: JSONLimits, _ refusal: String) throws(TokenRefusal) -> JSONValue {
        guard let value = try? JSONValue(parsing: text, limits: limits), value.kind == .object else { throw .malformed(refusal) }
        return value
    }

    /// Keys that a header brings along, or says where to find (`jwk`, `jku`, `x5c`, `x5u`), are not looked at.
    private static func header(_ text: [UInt8]) throws(TokenRefusal) -> (TokenAlgorithm, String?) {
        let header = try object(text, headerLimits, "its header is not a JSON object in which each name stands once.")
        guard header["crit"] == nil, header["b64"] == nil else { throw .malformed("it asks for an extension that is not known here (crit, b64).") }
        if let type = header["typ"] {
            guard let name = type.string, types.contains(name.lowercased()) else { throw .malformed("it is a token of another kind (typ).") }
        }
        guard header["cty"] == nil else { throw .malformed("it has another token inside (cty).") }
        guard let algorithm = header["alg"]?.string.flatMap({ TokenAlgorithm(rawValue: $0) }) else { throw .algorithmRefused }
        guard let id = header["kid"] else { return (algorithm, nil) }
        guard let text = id.string, text.utf8.count <= TokenKeySet.idBytesMax else { throw .keyUnknown }
        return (algorithm, text)
    }

    /// - Returns: whether one of the keys made the token's signature. Each of them is for the token's algorithm.
    package func isSigned(by keys: [TokenKey]) -> Bool {
        keys.contains { $0.algorithm == algorithm && $0.signed(signed, with: signature) }
    }
}
