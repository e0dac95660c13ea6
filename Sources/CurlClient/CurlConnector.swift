import CCurl
import EventLoop

/// An easy handle that opens connections and sends nothing over them (CURLOPT_CONNECT_ONLY): libcurl looks up names, speaks to
/// proxies, makes the TLS handshake and verifies certificates; the rest is `ClientConnection`'s.
///
/// A connection without TLS leaves libcurl as soon as it is open. One with TLS stays with its handle, which stays in the multi handle:
/// curl_easy_send(3) and curl_easy_recv(3) work on it until curl_multi_remove_handle(3) closes it.
@safe
final class CurlConnector: CurlEasy, TransferDriver {
    private let multi: UnsafeMutableRawPointer
    /// Who waits for the connection, and what is to be sent.
    private var waiting: (transfer: CurlTransfer, message: RequestMessage)?

    /// - Parameters:
    ///   - client: outlives the connections that the handle opens.
    ///   - multi: the client's multi handle, cleaned up after the last connection has been closed.
    init?(pool: CurlPool, client: UnsafeMutableRawPointer, multi: UnsafeMutableRawPointer) {
        unsafe self.multi = multi
        unsafe super.init(pool: pool, client: client)
        unsafe ccurl_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        unsafe ccurl_set_string(easy, CURLOPT_URL, pool.address.origin)
    }

    /// - Returns: libcurl's complaint, 0 for none.
    func connect(for transfer: CurlTransfer, sending message: RequestMessage, timeout: Duration) -> Int {
        setConnectTimeout(timeout)
        let added = unsafe curl_multi_add_handle(multi, easy)
        guard added == CURLM_OK else { return Int(added.rawValue) }
        waiting = (transfer, message)
        return 0
    }

    override func done(_ code: CURLcode, _ client: CurlClient) {
        guard let (transfer, message) = waiting else { return }
        waiting = nil
        guard code == CURLE_OK, let socket = activeSocket else {
            let error = CurlError(code == CURLE_OK ? CURLE_COULDNT_CONNECT : code, hasHead: false, proxyStatus: code == CURLE_OK ? 0 : proxyStatus)
            disconnect()
            return client.finish(transfer, .failure(error))
        }
        client.stopWatching(socket)
        var channel = Channel.tls(self, socket)
        if !pool.address.isTLS {
            client.leaveOpen(socket)
            disconnect()
            channel = .plain(socket)
        }
        ClientConnection(channel, pool.connections, loop: client.loop).begin(transfer, message, isReused: false)
    }

    /// Closes the connection, or stops opening it.
    func disconnect() {
        unsafe curl_multi_remove_handle(multi, easy)
        pool.giveBack(self)
    }

    // MARK: - As the driver of a transfer that waits for its connection

    func abandon() {
        waiting = nil
        disconnect()
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
