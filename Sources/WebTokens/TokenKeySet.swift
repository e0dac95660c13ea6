import JSONBytes

/// The keys of one issuer.
package struct TokenKeySet: Sendable {
    /// Why a text is no set of keys that could be used.
    package enum Problem: Error, Equatable, Sendable {
        case notJSON
        case noList
        case tooMany(keysMax: Int)
        case nothingUsable
        /// The block of PEM that is none, counted from 1.
        case badPEM(number: Int)

        package var message: String {
            switch self {
            case .notJSON: "is not JSON"
            case .noList: "has no list \"keys\""
            case .tooMany(let keysMax): "has more than \(keysMax) keys"
            case .nothingUsable: "has no key that tokens can be checked with (RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519, for signatures)"
            case .badPEM(let number):
                "has a block of PEM, number \(number), that is no public key of RSA (2048 bits or more), P-256, P-384 or Ed25519, or of none of the algorithms"
            }
        }
    }

    package static let keysMax = 256
    /// Bytes of a `kid`. A longer one belongs to no key.
    package static let idBytesMax = 512
    /// How many keys one token is tried with, where names do not tell which one it is.
    static let triedMax = 8

    package let keys: [TokenKey]
    private let named: [String: [TokenKey]]
    private let unnamed: [TokenKey]

    package init(_ keys: [TokenKey]) {
        self.keys = keys
        named = Dictionary(grouping: keys.filter { $0.id != nil }) { $0.id ?? "" }
        unnamed = keys.filter { $0.id == nil }
    }

    /// The keys that may have signed a token: of its own algorithm, and of its `kid` where both it and the key have one.
    package func candidates(id: String?, _ algorithm: TokenAlgorithm) -> [TokenKey] {
        let fitting = id.map { (named[$0] ?? []) + unnamed } ?? keys
        return Array(fitting.lazy.filter { $0.algorithm == algorithm }.prefix(Self.triedMax))
    }
}

extension TokenKeySet {
    private static let limits = JSONLimits(depthMax: 8, numberBytesMax: 64, stringBytesMax: 64 << 10, membersMax: 64, valuesMax: 20_000)

    /// Reads a JSON Web Key Set. Keys for encryption, symmetric keys and keys of unknown kinds are passed over, as section 5 of RFC 7517
    /// wants it.
    ///
    /// - Parameter algorithms: what keys are used for. A key that names no algorithm gets the first of them that suits it, and that one alone.
    package init(jwks text: [UInt8], for algorithms: [TokenAlgorithm]) throws(Problem) {
        let document: JSONValue
        do { document = try JSONValue(parsing: text, limits: Self.limits) } catch { throw .notJSON }
        guard let list = document["keys"]?.array else { throw .noList }
        guard list.count <= Self.keysMax else { throw .tooMany(keysMax: Self.keysMax) }
        let keys = list.compactMap { Self.key($0, for: algorithms) }
        guard !keys.isEmpty else { throw .nothingUsable }
        self.init(keys)
    }

    private static func key(_ jwk: JSONValue, for algorithms: [TokenAlgorithm]) -> TokenKey? {
        guard jwk["use"].map({ $0.string == "sig" }) ?? true, jwk["key_ops"].map({ $0.array?.contains("verify") ?? false }) ?? true,
            let material = KeyMaterial(jwk: jwk), let algorithm = algorithm(jwk["alg"], of: material, among: algorithms)
        else { return nil }
        var id: String?
        if let member = jwk["kid"] {
            guard let text = member.string, text.utf8.count <= idBytesMax else { return nil }
            id = text
        }
        return TokenKey(material, id: id, algorithm: algorithm)
    }

    private static func algorithm(_ named: JSONValue?, of material: KeyMaterial, among algorithms: [TokenAlgorithm]) -> TokenAlgorithm? {
        guard let named else { return algorithms.first { $0.family == material.family } }
        // RFC 9864 gives EdDSA's one curve here a name of its own.
        let name = named.string == "Ed25519" ? "EdDSA" : named.string
        return algorithms.first { $0.rawValue == name && $0.family == material.family }
    }

    /// Reads public keys and certificates in PEM, one behind the other. They have no names.
    package init(pem text: String, for algorithms: [TokenAlgorithm]) throws(Problem) {
        var keys: [TokenKey] = []
        for (index, block) in PEMBlocks.split(text).enumerated() {
            guard index < Self.keysMax else { throw .tooMany(keysMax: Self.keysMax) }
            guard let material = KeyMaterial(pem: block), let algorithm = algorithms.first(where: { $0.family == material.family })
            else { throw .badPEM(number: index + 1) }
            keys.append(TokenKey(material, id: nil, algorithm: algorithm))
        }
        guard !keys.isEmpty else { throw .nothingUsable }
        self.init(keys)
    }
}
