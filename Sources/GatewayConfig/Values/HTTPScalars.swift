import GatewayCore
import YAMLReader

/// Words of HTTP as the file spells them.
enum HTTPText {
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// Written by whoever sends the message, so the file has no say in them.
    static let framingHeaders: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "accept-encoding", "transfer-encoding", "connection", "keep-alive", "te",
        "trailer", "upgrade", "expect", "proxy-authorization", "proxy-authenticate", "proxy-connection",
    ]
    /// Where clients put credentials that are for the gateway.
    static let credentialHeaders: Set<String> = ["authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"]

    /// - SeeAlso: RFC 9110, section 5.6.2
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || "!#$%&'*+-.^_`|~".utf8.contains($0)
            }
    }

    static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) } && !text.hasPrefix(" ") && !text.hasSuffix(" ")
            && !text.hasPrefix("\t") && !text.hasSuffix("\t")
    }
}

extension ScalarType<String> {
    static let method = ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
        guard HTTPText.methods.contains(scalar.text) else {
            let upper = scalar.text.uppercased()
            let hint = HTTPText.methods.contains(upper) ? "write \(upper)" : nil
            throw ScalarMistake("must be one of: \(HTTPText.methods.joined(separator: ", "))", hint: hint)
        }
        return scalar.text
    }

    /// In lower case, however the file spells it.
    static let headerName = ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
        guard HTTPText.isToken(scalar.text), scalar.text.utf8.count <= 128 else {
            throw ScalarMistake("must be a header name, not \(scalar.shown)")
        }
        return scalar.text.lowercased()
    }

    static let headerNameOrStar = ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
        scalar.text == "*" ? "*" : try headerName.parse(scalar)
    }

    static let headerValue = ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
        guard HTTPText.isFieldValue(scalar.text), scalar.text.utf8.count <= 8192 else {
            throw ScalarMistake("must be printable ASCII on one line, without spaces at the ends, of at most 8 KiB")
        }
        return scalar.text
    }

    /// `*`, or what a browser sends as `Origin`.
    static let origin = ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
        if scalar.text == "*" { return "*" }
        if scalar.text == "null" { throw ScalarMistake("must not be \"null\"", hint: "any page can send that origin, from a sandboxed frame") }
        do throws(ScalarMistake) {
            let url = try ProviderURL(reading: scalar.text)
            guard url.path.isEmpty, !scalar.text.hasSuffix("/") else { throw ScalarMistake("must end after the host and port") }
            return url.description
        } catch {
            throw ScalarMistake(
                "must be an origin such as https://app.example.com, not \(scalar.shown)", hint: "scheme, host, port; no slash at the end")
        }
    }
}

extension ScalarType<Glob> {
    static let headerGlob = ScalarType(placeholder: Glob("")) { scalar throws(ScalarMistake) in
        Glob(try ScalarType<String>.headerValue.parse(scalar))
    }

    /// A path, or a pattern for some.
    static let pathGlob = ScalarType(placeholder: Glob("")) { scalar throws(ScalarMistake) in
        let text = scalar.text
        guard text.hasPrefix("/") else {
            let hint = text.hasPrefix("*") ? "write /* for every path" : scalar.isReference ? nil : "write /\(text)"
            throw ScalarMistake("must begin with /", hint: hint)
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw ScalarMistake("must be printable ASCII without spaces") }
        if text.contains("?") || text.contains("#") {
            throw ScalarMistake("must not have a query", hint: "requests are matched by their path alone")
        }
        if ["/health", "/livez", "/readyz"].contains(text) { throw ScalarMistake("must not be \(text)", hint: "the gateway answers it itself") }
        return Glob(text)
    }
}
