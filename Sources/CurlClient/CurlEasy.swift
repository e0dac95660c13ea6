import CCurl

/// Owns one easy handle, set up for one endpoint: what transfers and mere connections have in common.
///
/// While libcurl has it, somebody keeps it: the transfer or connection it is for, or its pool, for which it looks a name up.
@safe
class CurlEasy {
    let easy: UnsafeMutableRawPointer
    let pool: CurlPool
    let multi: CurlMulti
    /// Whether libcurl has it.
    var isAdded = false
    /// Whether its connection may be kept, and has a place for that.
    var hasPlace = false
    /// Whether libcurl has opened a socket for it since it was last added.
    var hasOpened = false
    private var connectTimeout = Duration.zero

    /// For which the system's certificate bundle, once parsed, serves: so long a change of it goes unnoticed.
    private static let authoritiesKeptSeconds = 3600

    /// - Parameter proxy: on the way; nil for none.
    init?(pool: CurlPool, on multi: CurlMulti, by proxy: String?) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = easy
        self.pool = pool
        self.multi = multi
        setConstants()
        setProxy(proxy)
        setAuthorities()
        unsafe ccurl_set_pointer(easy, CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque())
        unsafe ccurl_set_close_callback(easy, CurlCallbacks.closeSocket)
        unsafe ccurl_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(multi).toOpaque())
        unsafe ccurl_set_sockopt_callback(easy, CurlCallbacks.openedSocket)
        unsafe ccurl_set_pointer(easy, CURLOPT_SOCKOPTDATA, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { unsafe curl_easy_cleanup(easy) }

    static func of(_ easy: UnsafeMutableRawPointer) -> CurlEasy? {
        var context: UnsafeMutableRawPointer?
        unsafe ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context)
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<CurlEasy>.fromOpaque(context).takeUnretainedValue()
    }

    var endpoint: CurlEndpoint { pool.endpoint }

    private func setConstants() {
        unsafe ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        unsafe ccurl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
        unsafe ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        unsafe ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
        unsafe ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
        // Without it a transfer that is taken out waits for its name look-up, and the loop with it.
        unsafe ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        unsafe ccurl_set_long(easy, CURLOPT_CA_CACHE_TIMEOUT, Self.authoritiesKeptSeconds)
    }

    private func setProxy(_ proxy: String?) {
        // Said even when empty: else the process environment would speak.
        unsafe ccurl_set_string(easy, CURLOPT_PROXY, proxy ?? "")
        unsafe ccurl_set_string(easy, CURLOPT_NOPROXY, "")
        // The head of a proxy's answer to CONNECT would be taken for the provider's.
        unsafe ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }

    /// In place of the system's file of authorities. The system's folder of them, CURLOPT_CAPATH, stays, so that all are trusted.
    private func setAuthorities() {
        guard let authorities = endpoint.certificateAuthorities else {
            // With a folder besides the system's bundle, libcurl parses the bundle for each connection instead of once.
            unsafe ccurl_set_string(easy, CURLOPT_CAPATH, nil)
            return
        }
        // CURL_BLOB_COPY: "libcurl will make a private copy of the data" (CURLOPT_CAINFO_BLOB).
        _ = unsafe authorities.withUnsafeBytes { unsafe ccurl_set_blob(easy, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count) }
    }

    func setConnectTimeout(_ timeout: Duration) {
        guard timeout != connectTimeout else { return }
        unsafe ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, timeout.wholeMilliseconds))
        connectTimeout = timeout
    }

    /// How a proxy answered CONNECT; 0 when none did.
    var proxyStatus: Int {
        var status = 0
        // What has not begun remembers its last use.
        guard isAdded else { return status }
        unsafe ccurl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &status)
        return status
    }

    /// The socket of the connection that was used last; nil when there is none.
    var activeSocket: Int32? {
        var socket: Int32 = -1
        unsafe ccurl_get_socket(easy, CURLINFO_ACTIVESOCKET, &socket)
        return socket >= 0 ? socket : nil
    }

    /// Whether there is no connection yet.
    var isConnecting: Bool { false }

    /// Has libcurl look at the handle in the loop's next turn. libcurl 7.88 that gives an address up goes on to the next one only when it is
    /// called again, which is after half the time to connect.
    func runSoon() {
        // A change is what makes it look.
        unsafe curl_easy_pause(easy, CURLPAUSE_ALL)
        unsafe curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// Whether what uses the connection has asked for no more of it for now.
    var isPaused: Bool { false }

    /// Who waits for what the handle does; nil when nobody does any more.
    var waiter: CurlTransfer? { nil }

    /// Whether libcurl may keep the connection that the handle uses. Asked before it is used.
    func wantsPlace(_ isGranted: Bool) -> Bool { false }

    /// libcurl has done what the handle was given to it for.
    func done(_ code: CURLcode) {}

    /// Takes the handle out of libcurl's hands and makes it ready for its next use.
    func putAway() {
        multi.takeOut(self)
        pool.giveBack(self)
    }

    // MARK: - Its name's look-up

    /// Says that libcurl is done, to whom it concerns.
    final func ended(_ code: CURLcode) {
        let isNameUnknown = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY
        pool.lookUpEnded(by: self, isNameUnknown ? .failed(code) : code == CURLE_OK ? .found : .unfinished)
        done(code)
    }

    /// Goes on after the look-up by another.
    final func goOn() {
        guard let waiter else { return }
        setConnectTimeout(waiter.mayConnect())
        if multi.add(self) != 0 { done(CURLE_FAILED_INIT) }
    }

    /// Nobody waits for it any more. While it looks a name up it goes on: another look-up in its place would cost another thread.
    final func letGo() {
        pool.stopWaiting(self)
        if !pool.isLookingUp(self) { putAway() }
    }
}
