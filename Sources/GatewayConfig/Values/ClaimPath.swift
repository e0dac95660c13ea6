import GatewayCore
package import JSONBytes
import WebTokens
import YAMLReader

/// Where a claim stands in a token.
package struct ClaimPath: Equatable, Sendable {
    /// As the file has it, for messages.
    package let text: String
    package let pointer: JSONPointer

    static let subject = ClaimPath(text: "sub", pointer: JSONPointer(tokens: ["sub"]))
}

extension ScalarType<ClaimPath> {
    /// `sub`, `groups.0`, `"kubernetes.io".namespace`, or a JSON pointer, which begins with a slash.
    static let claimPath = ScalarType(placeholder: .subject) { scalar throws(ScalarMistake) in
        guard scalar.text.utf8.count <= 256 else { throw ScalarMistake("must not be longer than 256 bytes") }
        if scalar.text.hasPrefix("/") {
            return ClaimPath(text: scalar.text, pointer: try ScalarType<JSONPointer>.pointer.parse(scalar))
        }
        let steps = try steps(scalar.text)
        guard steps.count <= JSONPointer.tokensMax else { throw ScalarMistake("must have at most \(JSONPointer.tokensMax) steps") }
        return ClaimPath(text: scalar.text, pointer: JSONPointer(tokens: steps))
    }

    private static func steps(_ text: String) throws(ScalarMistake) -> [String] {
        var steps: [String] = []
        var rest = text[...]
        while true {
            let step: Substring
            if rest.hasPrefix("\"") {
                let quoted = rest.dropFirst()
                guard let end = quoted.firstIndex(of: "\"") else { throw ScalarMistake("has a quote that does not end") }
                step = quoted[..<end]
                rest = quoted[quoted.index(after: end)...]
                guard rest.isEmpty || rest.hasPrefix(".") else { throw ScalarMistake("must have a dot behind a quoted name") }
            } else {
                step = rest.prefix { $0 != "." }
                rest = rest.dropFirst(step.count)
            }
            guard !step.isEmpty else {
                throw ScalarMistake("must name a claim, such as sub, groups.0 or \"kubernetes.io\".namespace")
            }
            steps.append(String(step))
            guard !rest.isEmpty else { return steps }
            rest = rest.dropFirst()
        }
    }
}

extension ScalarType<String> {
    /// What stands in front of a token caller's name. May be empty, so that a token and a key can stand for one caller.
    static let callerPrefix = ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
        guard scalar.text.utf8.count <= 64, scalar.text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "*") }) else {
            throw ScalarMistake("must be at most 64 characters of printable ASCII, without spaces and *")
        }
        return scalar.text
    }
}

extension ScalarType<Glob> {
    /// The name of a caller, or a pattern for some: callers by token may have signs that the file's names do not.
    static let callerGlob = ScalarType(placeholder: Glob("")) { scalar throws(ScalarMistake) in
        guard !scalar.text.isEmpty else { throw ScalarMistake("must not be empty") }
        guard scalar.text.utf8.count <= 320, scalar.text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ScalarMistake("must be at most 320 characters of printable ASCII without spaces")
        }
        return Glob(scalar.text)
    }
}

extension ScalarType<Secret> {
    /// What HS256 is computed with.
    static let tokenSecret = ScalarType(placeholder: Secret("")) { scalar throws(ScalarMistake) in
        guard scalar.text.utf8.count >= TokenKey.secretBytesMin else {
            throw ScalarMistake(
                "must have at least \(TokenKey.secretBytesMin) bytes", hint: "a shorter one can be guessed from any token: openssl rand -base64 48")
        }
        return Secret(scalar.text)
    }
}

extension Fields {
    /// Names of the file's choosing and what they stand for; at most 16.
    mutating func namedClaims(_ key: String) -> [JWTConfig.NamedClaim] {
        optionalBlock(key) { fields in
            let entries = fields.takeAll()
            if entries.count > 16 { fields.error("\(key) must not have more than 16 entries") }
            return entries.map { entry in
                let path = fields.read(entry.value, of: entry.key, .claimPath) ?? .subject
                return JWTConfig.NamedClaim(name: fields.checkedName(entry, .name()), path: path)
            }
        } ?? []
    }

    /// Claims that must have one of some values.
    mutating func requirements(_ key: String) -> [JWTConfig.Requirement] {
        optionalBlock(key) { fields in
            fields.takeAll().map { entry in
                var field = Fields([entry], at: entry.keyPosition, context: fields.context)
                var path = ClaimPath.subject
                do throws(ScalarMistake) { path = try ScalarType<ClaimPath>.claimPath.parse(ScalarText(entry.key, isPlain: true)) } catch {
                    fields.context.error("a claim \(error.message)", at: entry.keyPosition)
                }
                return JWTConfig.Requirement(claim: path, values: field.list(entry.key, of: .claimGlob) ?? [])
            }
        } ?? []
    }
}

extension ScalarType<Glob> {
    /// The value of a claim, or a pattern for some.
    static let claimGlob = ScalarType(placeholder: Glob("")) { scalar throws(ScalarMistake) in
        Glob(try ScalarType<String>.text(bytesMax: 1024).parse(scalar))
    }
}
