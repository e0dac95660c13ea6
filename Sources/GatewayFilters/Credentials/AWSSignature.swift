import Crypto
import GatewayCore
import HTTPWire

/// AWS keys as they sign. Never to be shown.
struct AWSSigningKeys: Equatable, Sendable {
    let id: String
    let secret: String
    let sessionToken: String?
}

/// Signature version 4 of a request.
///
/// Not libcurl's (`CURLOPT_AWS_SIGV4`): that of 7.88 signs a path as it stands, where AWS's services, S3 alone excepted, want it encoded once more, which
/// shows with every model id that has a colon.
///
/// - SeeAlso: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct AWSSignature {
    private static let algorithm = "AWS4-HMAC-SHA256"

    let keys: AWSSigningKeys
    let region: String
    let service: String

    /// The header fields that make `request` a signed one.
    ///
    /// - Parameter now: seconds since 1970.
    func headers(for request: UpstreamRequest, now: Int) -> [HeaderField] {
        let time = CivilTime(unixSeconds: now)
        let address = AWSAddress(request)
        let bodyHash = Self.hex(SHA256.hash(data: request.body))
        var added = [HeaderField("x-amz-date", time.stamp), HeaderField("x-amz-content-sha256", bodyHash)]
        if let token = keys.sessionToken { added.append(HeaderField("x-amz-security-token", token)) }
        let signed = Self.signed(added + request.headers.filter { $0.name == "content-type" } + [HeaderField("host", address.host)])
        let names = signed.map(\.name).joined(separator: ";")
        let canonical =
            [request.method, address.path, address.query] + signed.map { $0.name + ":" + $0.value } + ["", names, bodyHash]
        let scope = [time.date, region, service, "aws4_request"].joined(separator: "/")
        let text = [Self.algorithm, time.stamp, scope, Self.hash(canonical.joined(separator: "\n"))].joined(separator: "\n")
        let signature = Self.hex(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key(on: time.date)))
        let value = "\(Self.algorithm) Credential=\(keys.id)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return added + [HeaderField("authorization", value)]
    }

    private func key(on date: String) -> SymmetricKey {
        [date, region, service, "aws4_request"].reduce(SymmetricKey(data: Array(("AWS4" + keys.secret).utf8))) { key, text in
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
        }
    }

    /// In order, and runs of spaces as one.
    private static func signed(_ fields: [HeaderField]) -> [HeaderField] {
        fields.sorted { $0.name < $1.name }.map { HeaderField($0.name, $0.value.split(separator: " ").joined(separator: " ")) }
    }

    private static func hash(_ text: String) -> String { hex(SHA256.hash(data: Array(text.utf8))) }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
