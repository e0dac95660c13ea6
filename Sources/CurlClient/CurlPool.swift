/// What serves requests to one endpoint: libcurl's handles, and the connections of its server. Belongs to one client.
final class CurlPool {
    private static let handlesMax = 256
    private static let connectorsMax = 64

    let endpoint: CurlEndpoint
    let address: ServerAddress
    /// Whether libcurl makes the whole transfer.
    let needsLibcurl: Bool
    let connections: IdleConnections
    private var handles: [CurlTransferHandle] = []
    private var connectors: [CurlConnector] = []
    private var isClosed = false

    init(_ endpoint: CurlEndpoint, _ address: ServerAddress?, _ connections: IdleConnections) {
        self.endpoint = endpoint
        self.connections = connections
        let isForwarded = address?.isTLS == false && ["http://", "https://"].contains { endpoint.proxy?.hasPrefix($0) == true }
        needsLibcurl = endpoint.http2 || isForwarded || address == nil
        self.address = address ?? .none
    }

    func takeHandle() -> CurlTransferHandle? { handles.popLast() }
    func takeConnector() -> CurlConnector? { connectors.popLast() }

    func giveBack(_ handle: CurlTransferHandle) {
        if !isClosed, handles.count < Self.handlesMax { handles.append(handle) }
    }

    func giveBack(_ connector: CurlConnector) {
        if !isClosed, connectors.count < Self.connectorsMax { connectors.append(connector) }
    }

    /// Keeps no handles any more: nobody will ask for one.
    func close() {
        isClosed = true
        handles = []
        connectors = []
    }
}
