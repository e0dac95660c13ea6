import CCurl
import HTTPWire

/// An easy handle that is used for one whole transfer after another: libcurl sends the request and reads the answer.
///
/// For what `ClientConnection` does not speak: HTTP/2. A server that speaks HTTP/1.1 instead is `ClientConnection`'s from its next request on.
@safe
final class CurlTransferHandle: CurlEasy, TransferDriver {
    private(set) var transfer: CurlTransfer?
    private let address: OpaquePointer
    private var fields = CurlFieldList()
    private var path: String?
    private var headReader: HeadReader
    private(set) var isOnFreshConnection = false
    private var mayBeReused = true
    /// How often libcurl began to send the request.
    private var sendCount = 0
    /// Whether the connection over which it began first was opened for it.
    private var isOnOwnConnection = false
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

    init?(pool: CurlPool) {
        guard let address = unsafe curl_url() else { return nil }
        unsafe self.address = address
        headReader = HeadReader(bytesMax: pool.endpoint.responseHeaderBytesMax)
        super.init(pool: pool, on: pool.multi, by: pool.endpoint.proxy)
        unsafe ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        unsafe ccurl_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        unsafe ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        unsafe ccurl_set_long(easy, CURLOPT_HTTP09_ALLOWED, 0)
        setCallbacks()
    }

    deinit { unsafe curl_url_cleanup(address) }

    private func setCallbacks() {
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
    }

    /// Makes the handle ready to send `transfer`'s request.
    ///
    /// - Returns: false when the endpoint's URL and the path together are no URL.
    func prepare(for transfer: CurlTransfer, _ request: borrowing CurlRequest) -> Bool {
        guard setPath(request.path) else { return false }
        self.transfer = transfer
        headReader = HeadReader(bytesMax: endpoint.responseHeaderBytesMax)
        sendCount = 0
        setMethodAndBody(request)
        setFields(request)
        setConnectTimeout(request.connectTimeout)
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
            let bytes = request.body.isEmpty ? [0] : request.body.joined()
            _ = unsafe bytes.withUnsafeBytes {
                unsafe ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
            }
            body = []
        } else {
            unsafe ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, nil)
            body = request.body.joined()
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
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, body.count - bodySent)
        unsafe body.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[bodySent..<(bodySent + count)]))
        }
        bodySent += count
        return count
    }

    /// libcurl sends a request again, up to five times, when a pooled connection ends before an answer; whether that is wanted is not its to
    /// decide. Over a connection that was opened for the request it does so only when the server has not looked at it: a stream reset with
    /// REFUSED_STREAM or HTTP_1_1_REQUIRED (RFC 9113, sections 7 and 8.7).
    func maySend() -> Bool {
        multi.nameIsKnown(to: self)
        sendCount += 1
        if sendCount == 1 { isOnOwnConnection = hasOpened }
        return transfer != nil && (sendCount == 1 || sendCount == 2 && isOnOwnConnection)
    }

    private var speaksHTTP2: Bool {
        var version = 0
        unsafe ccurl_get_long(easy, CURLINFO_HTTP_VERSION, &version)
        return version == Int(CURL_HTTP_VERSION_2_0)
    }

    /// libcurl asks for the body from its beginning when it goes on to another connection.
    func seek(to offset: Int) -> Bool {
        guard offset >= 0, offset <= body.count else { return false }
        bodySent = offset
        return true
    }

    override func wantsPlace(_ isGranted: Bool) -> Bool {
        allowReuse(isGranted)
        return isGranted
    }

    /// Says whether the connection outlives the transfer, which may be said until the transfer ends.
    private func allowReuse(_ isAllowed: Bool) {
        guard isAllowed != mayBeReused else { return }
        unsafe ccurl_set_long(easy, CURLOPT_FORBID_REUSE, isAllowed ? 0 : 1)
        mayBeReused = isAllowed
    }

    // MARK: - What libcurl and the transfer's reader say

    override var isPaused: Bool { transfer?.isPaused ?? false }

    /// - Returns: false to make libcurl end the transfer.
    func receivedHeaderLine(_ line: Span<UInt8>) -> Bool {
        guard let transfer else { return false }
        switch headReader.take(line) {
        case .more: return true
        case .complete:
            if !speaksHTTP2 {
                // libcurl takes whatever comes on a kept connection for the answer to its next request.
                allowReuse(false)
                pool.refusesHTTP2()
            }
            if let head = headReader.head { transfer.received(head) }
            return true
        case .failed(let error):
            transfer.willFail(error)
            allowReuse(false)
            return false
        }
    }

    override var waiter: CurlTransfer? { transfer }

    override var isConnecting: Bool { transfer != nil && sendCount == 0 }

    override func done(_ code: CURLcode) {
        guard let transfer else { return putAway() }
        let isKept = leaveConnection(code)
        let error = CurlError(code, hasHead: transfer.hasHead, proxyStatus: code == CURLE_OK ? 0 : proxyStatus)
        end()
        super.putAway()
        transfer.client.expectIdleness()
        if isKept { pool.connectionIsFree() }
        transfer.client.finish(transfer, code == CURLE_OK ? .success(()) : .failure(error))
    }

    /// - Returns: whether libcurl keeps the connection for the next request.
    private func leaveConnection(_ code: CURLcode) -> Bool {
        guard let socket = activeSocket else { return false }
        if code == CURLE_OK { return multi.keeps(socket, by: self) }
        // libcurl keeps it when it thinks that only the stream has failed, and its RST_STREAM with it, as below.
        multi.giveUp(socket, by: self)
        return false
    }

    /// Unfinished: its connection ends with it. HTTP/1.1 leaves no choice; an HTTP/2 connection would live on, and libcurl 7.88 keep the
    /// RST_STREAM to itself until there is something else to send: the provider would go on generating.
    override func putAway() {
        allowReuse(false)
        super.putAway()
    }

    func abandon() {
        end()
        letGo()
    }

    /// Goes on reading a paused transfer. May call the write callback before it returns.
    func resume() { unsafe curl_easy_pause(easy, CURLPAUSE_CONT) }
}
