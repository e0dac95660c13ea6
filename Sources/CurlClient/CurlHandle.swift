import CCurl

/// Owns one easy handle, set up for one endpoint and used for one transfer after another.
@safe
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    let pool: CurlPool
    /// Where it stands among the client's active handles.
    var place = 0
    private(set) var transfer: CurlTransfer?
    private let address: OpaquePointer
    private var fields = CurlFieldList()
    private var path: String?
    private var connectTimeout = Duration.zero
    private var isOnFreshConnection = false
    /// How often libcurl began to send the request.
    private var sendCount = 0
    /// What the handle is set up to send; nil when that has to be said anew.
    private var shape: Shape?
    private var body: [UInt8] = []
    private var bodySent = 0

    private struct Shape: Equatable {
        let method: String
        let hasBody: Bool
    }

    /// Bodies up to this size leave in one packet with the head; libcurl copies them (its MAX_INITIAL_POST_SIZE is 64 KiB).
    private static let copiedBodyBytesMax = 63 << 10

    /// For which the system's certificate bundle, once parsed, serves: so long a change of it goes unnoticed.
    private static let authoritiesKeptSeconds = 3600

    /// - Parameter client: outlives the connections that the handle opens.
    init?(pool: CurlPool, client: UnsafeMutableRawPointer) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        guard let address = unsafe curl_url() else {
            unsafe curl_easy_cleanup(easy)
            return nil
        }
        unsafe self.easy = easy
        unsafe self.address = address
        self.pool = pool
        setConstants()
        setEndpoint()
        setCallbacks()
        unsafe ccurl_set_close_callback(easy, CurlCallbacks.closeSocket)
        unsafe ccurl_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, client)
        unsafe ccurl_set_sockopt_callback(easy, CurlCallbacks.openedSocket)
        unsafe ccurl_set_pointer(easy, CURLOPT_SOCKOPTDATA, client)
    }

    static func of(_ easy: UnsafeMutableRawPointer) -> CurlHandle? {
        var context: UnsafeMutableRawPointer?
        unsafe ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context)
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_url_cleanup(address)
    }

    private func setConstants() {
        unsafe ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        unsafe ccurl_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        unsafe ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        unsafe ccurl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
        unsafe ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        unsafe ccurl_set_long(easy, CURLOPT_HTTP09_ALLOWED, 0)
        unsafe ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
        unsafe ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
        // Without it a transfer that is taken out waits for its name look-up, and the loop with it.
        unsafe ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        unsafe ccurl_set_long(easy, CURLOPT_CA_CACHE_TIMEOUT, Self.authoritiesKeptSeconds)
    }

    private var endpoint: CurlEndpoint { pool.endpoint }

    private func setEndpoint() {
        unsafe ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(endpoint.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        // Said even when empty: else the process environment would speak.
        unsafe ccurl_set_string(easy, CURLOPT_PROXY, endpoint.proxy ?? "")
        unsafe ccurl_set_string(easy, CURLOPT_NOPROXY, "")
        // The head of a proxy's answer to CONNECT would be taken for the provider's.
        unsafe ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        setAuthorities()
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

    private func setCallbacks() {
        // The client keeps every handle it made until it has called curl_easy_cleanup, so the context outlives the callbacks.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_set_data_callback(easy, CURLOPT_HEADERFUNCTION, CurlCallbacks.header)
        unsafe ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        unsafe ccurl_set_data_callback(easy, CURLOPT_WRITEFUNCTION, CurlCallbacks.write)
        unsafe ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        unsafe ccurl_set_data_callback(easy, CURLOPT_READFUNCTION, CurlCallbacks.read)
        unsafe ccurl_set_pointer(easy, CURLOPT_READDATA, context)
        unsafe ccurl_set_seek_callback(easy, CurlCallbacks.seek)
        unsafe ccurl_set_pointer(easy, CURLOPT_SEEKDATA, context)
        unsafe ccurl_set_request_callback(easy, CurlCallbacks.request)
        unsafe ccurl_set_pointer(easy, CURLOPT_PREREQDATA, context)
        unsafe ccurl_set_pointer(easy, CURLOPT_PRIVATE, context)
    }

    /// Makes the handle ready to send `transfer`'s request.
    ///
    /// - Returns: false when the endpoint's URL and the path together are no URL.
    func begin(_ transfer: CurlTransfer, _ request: CurlRequest) -> Bool {
        guard setPath(request.path) else { return false }
        self.transfer = transfer
        sendCount = 0
        setMethodAndBody(request)
        setFields(request)
        if request.connectTimeout != connectTimeout {
            unsafe ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeout.wholeMilliseconds))
            connectTimeout = request.connectTimeout
        }
        if request.isOnFreshConnection != isOnFreshConnection {
            unsafe ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, request.isOnFreshConnection ? 1 : 0)
            isOnFreshConnection = request.isOnFreshConnection
        }
        return true
    }

    /// A parsed URL: libcurl would take one that is set as text apart again for each transfer.
    private func setPath(_ path: String) -> Bool {
        guard path != self.path else { return true }
        self.path = nil
        // What CURLOPT_URL does with CURLOPT_PATH_AS_IS.
        let flags = UInt32(CURLU_PATH_AS_IS | CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME)
        guard unsafe curl_url_set(address, CURLUPART_URL, endpoint.url + path, flags) == CURLUE_OK else { return false }
        unsafe ccurl_set_pointer(easy, CURLOPT_CURLU, UnsafeMutableRawPointer(address))
        self.path = path
        return true
    }

    private func setMethodAndBody(_ request: CurlRequest) {
        let hasBody = !request.body.isEmpty || request.method == "POST" || request.method == "PUT" || request.method == "PATCH"
        let shape = Shape(method: request.method, hasBody: hasBody)
        // Setting a body makes a POST of the handle, which would stay one, with that body, for a request that has none.
        if shape != self.shape {
            unsafe ccurl_set_long(easy, CURLOPT_NOBODY, 0)
            unsafe ccurl_set_long(easy, CURLOPT_HTTPGET, 1)
            if hasBody { unsafe ccurl_set_long(easy, CURLOPT_POST, 1) }
            if request.method == "HEAD" { unsafe ccurl_set_long(easy, CURLOPT_NOBODY, 1) }
            let isCustom = !["GET", "POST", "HEAD"].contains(request.method) || (hasBody && request.method != "POST")
            unsafe ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, isCustom ? request.method : nil)
            self.shape = shape
        }
        guard hasBody else { return }
        unsafe ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int(request.body.count))
        if request.body.count <= Self.copiedBodyBytesMax {
            // COPYPOSTFIELDS takes POSTFIELDSIZE bytes now; an empty body still needs an address.
            let bytes = request.body.isEmpty ? [0] : request.body
            _ = unsafe bytes.withUnsafeBytes {
                unsafe ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
            }
            body = []
        } else {
            unsafe ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, nil)
            body = request.body
        }
        bodySent = 0
    }

    private func setFields(_ request: CurlRequest) {
        let namesType = request.headers.contains { $0.name == "content-type" }
        let leftOut = request.body.count <= Self.copiedBodyBytesMax ? Self.leftOutOfSmall : Self.leftOut
        let list = unsafe fields.fill(namesType ? leftOut : leftOut + ["Content-Type:"], request.headers)
        unsafe ccurl_set_list(easy, CURLOPT_HTTPHEADER, list)
    }

    /// A name with nothing after the colon takes out what libcurl would add by itself.
    private static let leftOut: [StaticString] = ["Accept:", "Expect:"]
    /// libcurl waits for `100 Continue` with bodies above 1 MiB only, and compares each line here with every field it knows.
    private static let leftOutOfSmall: [StaticString] = ["Accept:"]

    func end() {
        transfer = nil
        body = []
    }

    /// Copies what is next of a large body to libcurl's buffer.
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, body.count - bodySent)
        unsafe body.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[bodySent..<(bodySent + count)]))
        }
        bodySent += count
        return count
    }

    /// libcurl sends a request again, up to five times, when a pooled connection ends before an answer; whether that is wanted is not its to
    /// decide.
    fileprivate func maySend() -> Bool {
        sendCount += 1
        return sendCount == 1
    }

    /// The connection that the transfer used, if it speaks HTTP/2. To be asked before the transfer is taken out.
    var http2Socket: Int32? {
        guard endpoint.http2 else { return nil }
        var version = 0
        unsafe ccurl_get_long(easy, CURLINFO_HTTP_VERSION, &version)
        var socket: Int32 = -1
        unsafe ccurl_get_socket(easy, CURLINFO_ACTIVESOCKET, &socket)
        return version == Int(CURL_HTTP_VERSION_2_0) && socket >= 0 ? socket : nil
    }

    /// How a proxy answered CONNECT; 0 when none did.
    var proxyStatus: Int {
        var status = 0
        unsafe ccurl_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &status)
        return status
    }

    /// libcurl asks for the body from its beginning when it goes on to another connection.
    fileprivate func seek(to offset: Int) -> Bool {
        guard offset >= 0, offset <= body.count else { return false }
        bodySent = offset
        return true
    }

    /// Whether the connection ends with the transfer, if no other uses it. To be said before a transfer is taken out unfinished.
    ///
    /// HTTP/1.1 leaves no choice. An HTTP/2 connection would live on, and libcurl 7.88 keep the RST_STREAM to itself until there is something
    /// else to send: the provider would go on generating.
    func closesConnection(_ closes: Bool) {
        if endpoint.http2 { unsafe ccurl_set_long(easy, CURLOPT_FORBID_REUSE, closes ? 1 : 0) }
    }

    /// Goes on reading a paused transfer. May call the write callback before it returns.
    func resume() { unsafe curl_easy_pause(easy, CURLPAUSE_CONT) }
}

/// The functions libcurl calls. Each gets the object it was set up with, which the client keeps alive.
enum CurlCallbacks {
    static let header: ccurl_data_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let line = unsafe UnsafeRawBufferPointer(start: data, count: size * count).bindMemory(to: UInt8.self).span
        let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
        guard let transfer = handle.transfer, transfer.receivedHeaderLine(line) else { return 0 }
        return size * count
    }

    static let write: ccurl_data_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
        guard let transfer = handle.transfer else { return 0 }
        guard transfer.mayTake(size * count) else { return Int(CURL_WRITEFUNC_PAUSE) }
        transfer.received { unsafe $0.append(contentsOf: UnsafeRawBufferPointer(start: data, count: size * count)) }
        return size * count
    }

    static let read: ccurl_data_callback = { data, size, count, context in
        guard let data = unsafe data, let context = unsafe context else { return 0 }
        let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
        return unsafe handle.read(into: UnsafeMutableRawBufferPointer(start: data, count: size * count))
    }

    static let seek: ccurl_seek_callback = { context, offset, origin in
        guard let context = unsafe context, origin == 0 else { return Int32(CURL_SEEKFUNC_CANTSEEK) }
        let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
        return handle.seek(to: Int(offset)) ? Int32(CURL_SEEKFUNC_OK) : Int32(CURL_SEEKFUNC_FAIL)
    }

    static let request: ccurl_request_callback = { context, _, _, _, _ in
        guard let context = unsafe context else { return Int32(CURL_PREREQFUNC_ABORT) }
        let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
        return Int32(handle.maySend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
    }

    static let openedSocket: ccurl_sockopt_callback = { context, socket, _ in
        guard let context = unsafe context else { return Int32(CURL_SOCKOPT_ERROR) }
        unsafe Unmanaged<CurlClient>.fromOpaque(context).takeUnretainedValue().opened(socket)
        return Int32(CURL_SOCKOPT_OK)
    }

    static let closeSocket: ccurl_close_callback = { context, socket in
        guard let context = unsafe context else { return 1 }
        unsafe Unmanaged<CurlClient>.fromOpaque(context).takeUnretainedValue().close(socket)
        return 0
    }

    static let socket: ccurl_socket_callback = { easy, socket, what, context, _ in
        guard let context = unsafe context else { return 0 }
        unsafe Unmanaged<CurlClient>.fromOpaque(context).takeUnretainedValue().watch(socket, what: Int32(what)) {
            unsafe easy.flatMap { unsafe CurlHandle.of($0) }?.transfer?.isPaused ?? false
        }
        return 0
    }

    static let timer: ccurl_timer_callback = { _, milliseconds, context in
        guard let context = unsafe context else { return 0 }
        unsafe Unmanaged<CurlClient>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
        return 0
    }
}

extension Duration {
    /// Rounded up.
    var wholeMilliseconds: Int {
        Int(clamping: components.seconds.multipliedReportingOverflow(by: 1000).partialValue)
            + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
