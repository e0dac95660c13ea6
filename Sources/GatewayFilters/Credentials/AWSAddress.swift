import GatewayCore
import HTTPWire

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
        path = PercentEncoding.encoded(String(sent.isEmpty ? "/" : sent), keeping: "/")
        query = target.dropFirst(sent.count + 1).split(separator: "&").map { $0.contains("=") ? String($0) : $0 + "=" }.sorted().joined(
            separator: "&")
    }
}
