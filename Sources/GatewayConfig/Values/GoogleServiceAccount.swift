import JSONBytes

/// The key of a service account, as Google's console gives it out: a JSON file.
package struct GoogleServiceAccount: Hashable, Sendable {
    package let email: String
    /// nil where the file does not say it.
    package let keyID: String?
    /// RSA, in PEM.
    package let privateKey: Secret
    package let tokenURL: ProviderURL
}

extension ScalarType<GoogleServiceAccount> {
    static let serviceAccount = ScalarType(
        placeholder: GoogleServiceAccount(
            email: "", keyID: nil, privateKey: Secret(""),
            tokenURL: ProviderURL(isTLS: true, host: "oauth2.googleapis.com", port: 443, path: "/token"))
    ) { scalar throws(ScalarMistake) in
        guard let file = (try? JSONValue(parsing: Array(scalar.text.utf8)))?.object else {
            throw ScalarMistake("must be the JSON of a service account's key", hint: "refer to its file: \"${file:/path/key.json}\"")
        }
        guard file["type"] == "service_account" else {
            throw ScalarMistake(
                "must be the key of a service account: its \"type\" is another", hint: "in a pod of GKE leave it out: the pod has an identity")
        }
        guard let email = file["client_email"]?.string, let key = file["private_key"]?.string, RSAKeyText.isPrivateKey(key) else {
            throw ScalarMistake("must have \"client_email\" and an RSA \"private_key\" in PEM")
        }
        let url = file["token_uri"]?.string ?? "https://oauth2.googleapis.com/token"
        guard let address = try? ScalarType<ProviderURL>.tokenAddress.parse(ScalarText(url, isPlain: false, isReference: true)) else {
            throw ScalarMistake("must have a \"token_uri\" that begins with https://")
        }
        return GoogleServiceAccount(email: email, keyID: file["private_key_id"]?.string, privateKey: Secret(key), tokenURL: address)
    }
}
