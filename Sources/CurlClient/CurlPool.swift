/// Handles that wait for the next request to one endpoint. Belongs to one client.
final class CurlPool {
    private static let handlesMax = 256

    let endpoint: CurlEndpoint
    private var handles: [CurlHandle] = []
    private var isClosed = false

    init(_ endpoint: CurlEndpoint) { self.endpoint = endpoint }

    func take() -> CurlHandle? { handles.popLast() }

    func giveBack(_ handle: CurlHandle) {
        if !isClosed, handles.count < Self.handlesMax { handles.append(handle) }
    }

    /// Keeps no handles any more: nobody will ask for one.
    func close() {
        isClosed = true
        handles = []
    }
}
