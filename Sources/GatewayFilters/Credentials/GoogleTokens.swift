import CryptoExtras
import GatewayConfig
import GatewayCore
import JSONBytes
import HTTPWire

/// Google's access tokens, which live an hour.
enum GoogleTokens {
    /// What Google's own clients leave: metadata servers have a new token four minutes before the old one ends.
    ///
    /// - SeeAlso: google-auth, `REFRESH_THRESHOLD`
    static let margin = Duration.seconds(225)
    private static let scope = "https://www.googleapis.com/auth/cloud-platform"
    private static let assertionSeconds = 3600

    /// Signs an assertion and exchanges it.
    ///
    /// - Precondition: the key can be read, as the file's check has seen.
    /// - SeeAlso: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
    static func fetch(_ account: GoogleServiceAccount, from server: TokenServer) -> RefreshedValue<String>.Fetch {
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: account.privateKey.reveal()) else {
            preconditionFailure("a checked file has a key that can be read")
        }
        return { worker throws(GatewayError) in
            guard let assertion = assertion(account, key, now: worker.secondsSince1970) else {
                throw .internalFailure(reason: "the service account's key does not sign.")
            }
            let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)]
            return try token(in: try await server.post(form, on: worker), from: server)
        }
    }

    /// Asks the metadata server.
    ///
    /// - SeeAlso: https://cloud.google.com/compute/docs/access/authenticate-workloads
    static func fetchMetadata(from server: TokenServer) -> RefreshedValue<String>.Fetch {
        { worker throws(GatewayError) in
            let path = "/computeMetadata/v1/instance/service-accounts/default/token"
            let body = try await server.get(path, headers: [HeaderField("metadata-flavor", "Google")], on: worker)
            return try token(in: body, from: server)
        }
    }

    /// The token out of an answer as OAuth 2 has it.
    ///
    /// - SeeAlso: RFC 6749, section 5.1
    static func token(in body: [UInt8], from server: TokenServer) throws(GatewayError) -> FetchedValue<String> {
        guard let answer = try? JSONValue(parsing: body), let token = answer["access_token"]?.string, isToken(token) else { throw server.unreadable }
        // Azure writes the number as text in some places.
        let seconds = answer["expires_in"]?.int ?? answer["expires_in"]?.string.flatMap { Int($0) } ?? 300
        return FetchedValue(value: token, lifetime: .seconds(max(1, min(seconds, 86_400))))
    }

    static func assertion(_ account: GoogleServiceAccount, _ key: _RSA.Signing.PrivateKey, now: Int) -> String? {
        var head: JSONObject = ["alg": "RS256", "typ": "JWT"]
        head["kid"] = account.keyID.map(JSONValue.string)
        let claims: JSONValue = [
            "iss": .string(account.email), "scope": .string(scope), "aud": .string(account.tokenURL.description), "iat": JSONValue(now),
            "exp": JSONValue(now + assertionSeconds),
        ]
        let text = base64URL(JSONValue.object(head).written()) + "." + base64URL(claims.written())
        guard let signature = try? key.signature(for: Array(text.utf8), padding: .insecurePKCS1v1_5) else { return nil }
        return text + "." + base64URL(Array(signature.rawRepresentation))
    }

    /// A token goes into a header as it is.
    private static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        let letters = Base64.encoded(bytes).utf8.compactMap { letter -> UInt8? in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: letter
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
