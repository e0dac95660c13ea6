import JWTKit

/// A key that tokens are checked with. It is for one algorithm: a token that names another is none of its own.
package struct TokenKey: Sendable {
    /// Its `kid`; nil for a key that has no name.
    package let id: String?
    package let algorithm: TokenAlgorithm
    private let signer: any JWTAlgorithm

    /// Of an HMAC with a secret of at least 32 bytes, as RFC 7518, section 3.2, wants it.
    package init?(secret: [UInt8]) {
        guard secret.count >= Self.secretBytesMin else { return nil }
        self.init(id: nil, .hs256) { $0.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256, kid: Self.name) }
    }

    package static let secretBytesMin = 32

    init(_ material: KeyMaterial, id: String?, algorithm: TokenAlgorithm) {
        self.init(id: id, algorithm) { collection in
            switch (material, algorithm) {
            case (.rsa(let key), .ps256): collection.add(pss: key, digestAlgorithm: .sha256, kid: Self.name)
            case (.rsa(let key), .rs384): collection.add(rsa: key, digestAlgorithm: .sha384, kid: Self.name)
            case (.rsa(let key), .rs512): collection.add(rsa: key, digestAlgorithm: .sha512, kid: Self.name)
            case (.rsa(let key), _): collection.add(rsa: key, digestAlgorithm: .sha256, kid: Self.name)
            case (.p256(let key), _): collection.add(ecdsa: key, kid: Self.name)
            case (.p384(let key), _): collection.add(ecdsa: key, kid: Self.name)
            case (.ed25519(let key), _): collection.add(eddsa: key, kid: Self.name)
            }
        }
    }

    private static let name = JWKIdentifier(string: "key")

    /// JWTKit gives out what checks signatures through a collection alone; checking is then a plain call.
    private init(id: String?, _ algorithm: TokenAlgorithm, _ add: @escaping @Sendable (isolated JWTKeyCollection) -> Void) {
        self.id = id
        self.algorithm = algorithm
        signer = InlineExecutor.run {
            let collection = JWTKeyCollection()
            await collection.take(add)
            guard let signer = try? await collection.getKey(for: Self.name) else { preconditionFailure("a key that was added is there") }
            return signer
        }
        precondition(signer.name == algorithm.rawValue, "a key for \(algorithm.rawValue) checks \(signer.name)")
    }

    /// Whether this key made the signature. Whatever is wrong with it, it did not.
    package func signed(_ text: ArraySlice<UInt8>, with signature: [UInt8]) -> Bool {
        (try? signer.verify(signature, signs: Array(text))) ?? false
    }
}

extension JWTKeyCollection {
    fileprivate func take(_ add: @Sendable (isolated JWTKeyCollection) -> Void) { add(self) }
}
