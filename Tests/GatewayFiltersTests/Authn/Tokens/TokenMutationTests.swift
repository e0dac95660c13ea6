import Foundation
import GatewayCore
import Testing
import WebTokens

@testable import GatewayFilters

@Suite("Mutation of a token")
struct TokenMutationTests {
    private static let count = ProcessInfo.processInfo.environment["WEIR_FUZZ_INPUTS"].flatMap { Int($0) }.map { $0 / 10 } ?? 400

    /// Bytes are changed, taken out, doubled or put elsewhere, also behind the base64 of a part.
    private static func mutated(_ token: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = token
        for _ in 0...Int.random(in: 0...2, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0x21...0x7E, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(bytes[index], at: index)
            default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &random))
            }
        }
        return bytes
    }

    @Test func `makes one that nobody believes`() async throws {
        var random = SeededRandom(seed: 7519)
        let directory = CallerDirectory([], tokens: try TokenTable([.sample()]))
        let token = Array(Mint.token().utf8)
        for _ in 0..<Self.count {
            let forged = Self.mutated(token, &random)
            guard forged != token else { continue }
            let text = String(decoding: forged, as: UTF8.self)
            let identity = await directory.identify(.sample(headers: [("x-api-key", text)]))
            #expect(identity.caller == nil, "\(text)")
        }
    }

    @Test func `of header and claims makes one that is refused before anything is done with it`() async throws {
        var random = SeededRandom(seed: 7515)
        let issuer = try TokenIssuer.sample()
        let directory = CallerDirectory([], tokens: TokenTable([issuer]))
        let header = Array(#"{"alg":"ES256","kid":"p256","typ":"JWT"}"#.utf8)
        let claims = Array(Mint.claims([("groups", #"["a",{"b":1.5e3}]"#)]).utf8)
        for _ in 0..<Self.count {
            let parts = [Self.mutated(header, &random), Self.mutated(claims, &random), [1]].map { Mint.text($0) }
            let identity = await directory.identify(.sample(headers: [("x-api-key", parts.joined(separator: "."))]))
            #expect(identity.caller == nil)
        }
    }
}
