// Part of `make bench`: an issuer. Writes jwks.json and, for each algorithm, a file with one token a line into the folder it is given.
//
//   token-bench FOLDER COUNT
import Crypto
import CryptoExtras
import Foundation
import JSONBytes

let arguments = CommandLine.arguments
guard arguments.count == 3, let count = Int(arguments[2]) else {
    print("usage: token-bench FOLDER COUNT")
    exit(64)
}

func base64URL(_ bytes: some Collection<UInt8>) -> String {
    let text = Base64.encoded(bytes).map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
    return String(text.prefix { $0 != "=" })
}

func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(arguments[1])/\(name)", atomically: true, encoding: .utf8)
}

/// What a login server says of somebody, about 400 bytes of claims.
func claims(_ number: Int) -> String {
    let now = Int(Date().timeIntervalSince1970)
    let groups = (0..<8).map { "\"department-of-\($0)\"" }.joined(separator: ",")
    return #"{"iss":"https://login.example.com","aud":"weir","sub":"user-\#(number)","iat":\#(now),"exp":\#(now + 86_400),"#
        + #""email":"user-\#(number)@example.com","name":"User \#(number)","groups":[\#(groups)],"realm":{"tier":"gold"}}"#
}

func tokens(_ algorithm: String, _ sign: ([UInt8]) throws -> some Collection<UInt8>) throws {
    let header = base64URL(Array(#"{"alg":"\#(algorithm)","kid":"\#(algorithm)","typ":"JWT"}"#.utf8))
    var lines = ""
    for number in 0..<count {
        let signed = header + "." + base64URL(Array(claims(number).utf8))
        lines += signed + "." + base64URL(try sign(Array(signed.utf8))) + "\n"
    }
    try write("\(algorithm).txt", lines)
}

let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
let p256 = P256.Signing.PrivateKey()
let ed25519 = Curve25519.Signing.PrivateKey()
let numbers = try rsa.publicKey.getKeyPrimitives()
let point = Array(p256.publicKey.rawRepresentation)
try write(
    "jwks.json",
    #"{"keys":[{"kty":"RSA","kid":"RS256","alg":"RS256","n":"\#(base64URL(numbers.modulus))","e":"\#(base64URL(numbers.publicExponent))"},"#
        + #"{"kty":"EC","crv":"P-256","kid":"ES256","x":"\#(base64URL(point[..<32]))","y":"\#(base64URL(point[32...]))"},"#
        + #"{"kty":"OKP","crv":"Ed25519","kid":"EdDSA","x":"\#(base64URL(ed25519.publicKey.rawRepresentation))"}]}"#)
try tokens("RS256") { try rsa.signature(for: SHA256.hash(data: $0), padding: .insecurePKCS1v1_5).rawRepresentation }
try tokens("ES256") { try p256.signature(for: $0).rawRepresentation }
try tokens("EdDSA") { try ed25519.signature(for: $0) }
