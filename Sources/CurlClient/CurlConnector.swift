import CCurl
import EventLoop

/// An easy handle that opens connections and sends nothing over them (CURLOPT_CONNECT_ONLY): libcurl looks up names, speaks to
/// proxies, makes the TLS handshake and verifies certificates; the rest is `ClientConnection`'s.
///
/// A connection without TLS leaves libcurl as soon as it is open. One with TLS stays with its handle, which stays in the multi handle:
/// curl_easy_send(3) and curl_easy_recv(3) work on it until curl_multi_remove_handle(3) closes it.
@safe
final class CurlConnector: CurlEasy, TransferDriver {
    private let isTLS: Bool
    /// Who waits for the connection, and what is to be sent.
    private var waiting: (transfer: CurlTransfer, message: RequestMessage)?
    /// Whether a connection that has served others will do.
    private(set) var mayReuse = false

    init?(pool: CurlPool) {
        guard let hop = pool.nextHop else { return nil }
        isTLS = hop.isTLS
        super.init(pool: pool, on: pool.connecting, by: hop.tunnel)
        unsafe ccurl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        unsafe ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        unsafe ccurl_set_string(easy, CURLOPT_URL, hop.origin)
    }

    func prepare(for transfer: CurlTransfer, sending message: RequestMessage, timeout: Duration, mayReuse: Bool) {
        self.mayReuse = mayReuse
        setConnectTimeout(timeout)
        waiting = (transfer, message)
    }

    override var waiter: CurlTransfer? { waiting?.transfer }

    override var isConnecting: Bool { waiting != nil }

    override func done(_ code: CURLcode) {
        guard let (transfer, message) = waiting else { return putAway() }
        waiting = nil
        guard code == CURLE_OK, let socket = activeSocket else {
            let error = CurlError(code == CURLE_OK ? CURLE_COULDNT_CONNECT : code, hasHead: false, proxyStatus: code == CURLE_OK ? 0 : proxyStatus)
            putAway()
            return transfer.client.finish(transfer, .failure(error))
        }
        multi.stopWatching(socket)
        var channel = Channel.tls(self, socket)
        if !isTLS {
            multi.leaveOpen(socket)
            putAway()
            channel = .plain(socket)
        }
        ClientConnection(channel, pool.connections, loop: multi.loop).begin(transfer, message, isReused: false)
    }

    /// Another request has done with this connection, before the name was known.
    func use(_ connection: ClientConnection) {
        let served = waiting
        waiting = nil
        letGo()
        guard let (transfer, message) = served else { return connection.close() }
        transfer.needsNoName()
        connection.begin(transfer, message, isReused: true)
    }

    // MARK: - As the driver of a transfer that waits for its connection

    func abandon() {
        waiting = nil
        letGo()
    }

    func resume() {}

    // MARK: - Over TLS

    /// - Returns: the number of bytes; 0 when the peer sends no more.
    func receive(into scratch: inout [UInt8]) throws(SocketError) -> Int {
        var count = 0
        let code = unsafe scratch.withUnsafeMutableBytes { unsafe curl_easy_recv(easy, $0.baseAddress, $0.count, &count) }
        guard code == CURLE_OK else { throw code == CURLE_AGAIN ? .wouldBlock : .closed }
        return count
    }

    /// - Returns: how many bytes from `start` on were taken.
    func send(_ bytes: [UInt8], from start: Int) throws(SocketError) -> Int {
        var count = 0
        let code = unsafe bytes.withUnsafeBytes { unsafe curl_easy_send(easy, $0.baseAddress.map { unsafe $0 + start }, $0.count - start, &count) }
        guard code == CURLE_OK else { throw code == CURLE_AGAIN ? .wouldBlock : .closed }
        return count
    }
}
