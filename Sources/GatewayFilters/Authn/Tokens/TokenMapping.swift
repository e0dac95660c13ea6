package import GatewayCore
package import JSONBytes
import WebTokens

/// What an issuer's claims say about a caller.
package struct TokenMapping: Sendable {
    /// Where a claim stands, and what the file calls it.
    package struct Path: Sendable {
        package let text: String
        package let pointer: JSONPointer

        package init(_ text: String, _ pointer: JSONPointer) {
            self.text = text
            self.pointer = pointer
        }
    }

    private static let nameBytesMax = 256
    private static let teamBytesMax = 128
    private static let claimBytesMax = 256
    private static let modelsMax = 256

    private let prefix: String
    private let caller: Path
    private let team: Path?
    private let models: Path?
    private let claims: [(name: String, path: Path)]
    private let requirements: [(path: Path, values: [Glob])]

    package init(
        prefix: String, caller: Path, team: Path? = nil, models: Path? = nil, claims: [(name: String, path: Path)] = [],
        requirements: [(path: Path, values: [Glob])] = []
    ) {
        self.prefix = prefix
        self.caller = caller
        self.team = team
        self.models = models
        self.claims = claims
        self.requirements = requirements
    }

    /// - Parameter claims: of a token that has been checked.
    func caller(of claims: JSONValue, issuer: String) throws(TokenRefusal) -> Caller {
        for (path, values) in requirements where !Self.has(claims[path.pointer], oneOf: values) {
            throw .claimNotAccepted(name: path.text)
        }
        guard let own = Self.word(claims[caller.pointer], bytesMax: Self.nameBytesMax) else { throw .claimUnusable(name: caller.text) }
        let name = prefix + own
        // The name of those who send no credential.
        guard name != "anonymous" else { throw .claimUnusable(name: caller.text) }
        var team: String?
        if let path = self.team, let claim = claims[path.pointer], !claim.isNull {
            guard let word = Self.word(claim, bytesMax: Self.teamBytesMax) else { throw .claimUnusable(name: path.text) }
            team = word
        }
        let models = try self.models.map { path throws(TokenRefusal) in try Self.models(claims[path.pointer], path) }
        return Caller(name: name, team: team, models: models, claims: named(claims), issuer: issuer)
    }

    /// Text or a whole number, in printable ASCII without spaces: what looks like another name in a log, or is equal to one by Unicode's
    /// rules, is nobody's name.
    private static func word(_ claim: JSONValue?, bytesMax: Int) -> String? {
        guard let text = claim?.string ?? claim?.int.map(String.init), (1...bytesMax).contains(text.utf8.count) else { return nil }
        return text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }

    private func named(_ claims: JSONValue) -> [String: String] {
        var found: [String: String] = [:]
        for (name, path) in self.claims {
            if let text = claims[path.pointer].flatMap(Self.text), text.utf8.count <= Self.claimBytesMax { found[name] = text }
        }
        return found
    }

    /// A list, or words with spaces between them, as in `scope`. None where the claim is not there: it was to say which ones.
    private static func models(_ claim: JSONValue?, _ path: Path) throws(TokenRefusal) -> [Glob] {
        let names: [String]
        switch claim {
        case nil, .null?: names = []
        case .string(let text)?: names = text.split(separator: " ").map(String.init)
        case .array(let list)? where list.allSatisfy({ $0.string != nil }): names = list.compactMap(\.string)
        default: throw .claimUnusable(name: path.text)
        }
        guard names.count <= modelsMax, names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 128 }) else { throw .claimUnusable(name: path.text) }
        return names.map { Glob($0) }
    }

    private static func has(_ claim: JSONValue?, oneOf values: [Glob]) -> Bool {
        let found = claim?.array.map { $0.prefix(1024).compactMap(text) } ?? claim.flatMap(text).map { [$0] } ?? []
        return found.contains { text in values.contains { $0.matches(text) } }
    }

    /// Of a single value, as JSON spells it.
    private static func text(_ claim: JSONValue) -> String? {
        switch claim {
        case .string(let text): text
        case .number(let number): number.spelling
        case .bool(let isTrue): isTrue ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
