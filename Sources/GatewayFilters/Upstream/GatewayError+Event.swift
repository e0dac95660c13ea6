import GatewayCore

extension GatewayError {
    /// Bytes of an error event that are kept for the client.
    private static let eventBytesMax = 64 << 10

    /// An error that came inside an answer with status 200.
    ///
    /// - Parameter event: its data. Left out when it is too long, or about the gateway's own credential, part of which it may repeat.
    static func errorEvent(from provider: Provider, status: Int?, event: [UInt8]) -> GatewayError {
        if let status, UpstreamFailure(provider: provider.name, status: status).isCredentialProblem {
            return .upstreamErrorEvent(provider: provider.name, status: 502)
        }
        return .upstreamErrorEvent(provider: provider.name, status: status, event: event.count <= eventBytesMax ? event : [])
    }
}
