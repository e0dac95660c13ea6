import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes

/// Makes the request that one target gets from the one that the client sent.
///
/// The body goes out as it came, with edits spliced in at byte ranges. The head is made anew from lists: nothing of the client's
/// reaches a provider unless it is named here or in the file, and no credential or query ever does.
package struct RequestTransform: Sendable {
    private let body: BodyTransform
    private let headers: HeaderTransform

    package init(body: BodyTransform = .none, headers: HeaderTransform = HeaderTransform()) {
        self.body = body
        self.headers = headers
    }

    /// - Throws: `malformedBody` when the body does not have the shape that an edit needs.
    func request(for exchange: Exchange, to target: Target, timeouts: UpstreamTimeouts) throws(GatewayError) -> UpstreamRequest {
        UpstreamRequest(
            endpoint: target.provider.endpoint, method: exchange.request.head.method.name, path: OpenAIPath.belowVersion(exchange.path),
            headers: headers.fields(for: exchange, to: target.provider), body: try body.body(of: exchange, model: target.model),
            timeouts: timeouts)
    }
}
