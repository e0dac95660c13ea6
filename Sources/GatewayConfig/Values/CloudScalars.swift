extension ScalarType<String> {
    /// Of a project, a region or a tenant: they become parts of host names and paths.
    static let cloudName = ScalarType(placeholder: "unread") { scalar throws(ScalarMistake) in
        let isName = scalar.text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || "-.:".utf8.contains($0) }
        guard isName, (1...64).contains(scalar.text.utf8.count), scalar.text != ".", scalar.text != ".." else {
            throw ScalarMistake("may have lower-case letters, digits and - . : only, 64 at most, not \(scalar.shown)")
        }
        return scalar.text
    }

    /// The ARN of a role, or the id of a client.
    static let cloudIdentity = ScalarType(placeholder: "unread") { scalar throws(ScalarMistake) in
        let isName = scalar.text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || "+=,.@_/:-".utf8.contains($0)
        }
        guard isName, (1...2048).contains(scalar.text.utf8.count) else { throw ScalarMistake("must be the ARN of a role or the id of a client") }
        return scalar.text
    }

    /// `2024-10-21`, `2025-04-01-preview`, or `preview` for the newest of the v1 API.
    static let azureVersion = ScalarType(placeholder: "preview") { scalar throws(ScalarMistake) in
        let words = scalar.text.split(separator: "-", omittingEmptySubsequences: false)
        let isDate = words.count >= 3 && zip(words, [4, 2, 2]).allSatisfy { $0.utf8.count == $1 && DecimalText.number($0) != nil }
        let isVersion = isDate && scalar.text.hasPrefix("2") && (words.count == 3 || (words.count == 4 && words[3] == "preview"))
        guard isVersion || scalar.text == "preview" else {
            throw ScalarMistake(
                "must be a version such as 2024-10-21 or 2025-04-01-preview", hint: "leave it out for the v1 API, which needs none")
        }
        return scalar.text
    }

    static let absolutePath = ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
        guard scalar.text.hasPrefix("/"), scalar.text.utf8.count <= 4096, !scalar.text.utf8.contains(0) else {
            throw ScalarMistake("must be a path that begins with /", hint: "it is read while the gateway runs, before each fetch")
        }
        return scalar.text
    }
}

extension ScalarType<ProviderURL> {
    static let webAddress = ScalarType(placeholder: ProviderURL.unread) { scalar throws(ScalarMistake) in try ProviderURL(reading: scalar.text) }

    /// Where credentials are sent: over TLS, or to this very machine.
    static let tokenAddress = ScalarType(placeholder: ProviderURL.unread) { scalar throws(ScalarMistake) in
        let url = try ProviderURL(reading: scalar.text)
        guard url.isTLS || url.isLoopback else { throw ScalarMistake("must begin with https://", hint: "a credential is sent there") }
        return url
    }

    /// Where AWS's agents on this machine answer, or any address with TLS.
    ///
    /// - SeeAlso: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    static let containerAddress = ScalarType(placeholder: ProviderURL.unread) { scalar throws(ScalarMistake) in
        let url = try ProviderURL(reading: scalar.text)
        guard url.isTLS || url.isLoopback || ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(url.host) else {
            throw ScalarMistake("must begin with https://, or be an address of ECS or EKS: 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]")
        }
        return url
    }
}

extension ProviderURL {
    /// Stands in for an address that could not be read.
    static let unread = ProviderURL(isTLS: true, host: "unread.invalid", port: 443, path: "")
}
