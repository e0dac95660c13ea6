import GatewayCore

/// Where a request goes, as its signature has it.
struct AWSAddress {
    /// As the `host` field says it: with the port where the scheme does not imply it.
    let host: String
    /// Encoded once more than on the wire.
    let path: String
    /// Members in order.
    let query: String

    init(_ request: UpstreamRequest) {
        let rest = request.endpoint.url.drop { $0 != "/" }.dropFirst(2)  // behind `https://`
        let authority = rest.prefix { $0 != "/" }
        host = String(authority)
        let target = rest.dropFirst(authority.count) + request.path
        let sent = target.prefix { $0 != "?" }
        path = Self.encoded(String(sent.isEmpty ? "/" : sent))
        query = target.dropFirst(sent.count + 1).split(separator: "&").map { $0.contains("=") ? String($0) : $0 + "=" }.sorted().joined(
            separator: "&")
    }

    /// All but letters, digits, `-._~` and slashes.
    private static func encoded(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
