import CCurl
package import EventLoop

/// Requests to servers, on an event loop. Belongs to the loop's thread, and lives as long as it.
///
/// libcurl opens connections, on its multi handle; HTTP/1.1 is spoken over them by `ClientConnection`, for a fifth of what it costs
/// libcurl. What that does not speak is libcurl's from beginning to end (`CurlTransferHandle`).
///
/// libcurl's sockets stay in the epoll set between transfers ("lazy registration"), which spares two system calls a request. What a
/// peer sends on a pooled connection that no transfer uses belongs to no request: that connection is not used again.
@safe
package final class CurlClient: EventHandler, @unchecked Sendable {
    private struct WatchedSocket {
        enum Use { case active, paused, pooled }

        var interest: Readiness = []
        var isRegistered = false
        var use = Use.active
        /// Whether libcurl will tell when it closes it. Of its resolver's sockets it tells only that they need no more watching.
        var isConnection = false
        var isLeftOpen = false
        /// HTTP/2 peers say things between requests.
        var speaksHTTP2 = false
    }

    package let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private var sockets: [WatchedSocket] = []
    private var timer: LoopTimer?
    private var timerDue: ContinuousClock.Instant?
    /// While libcurl runs it sets its timer again and again; only the last wish counts.
    private var isActing = false
    private var timerWish: Int?
    private var deadlines: LoopTimer?
    private var idleSweep: LoopTimer?
    private var pools: [CurlEndpoint: CurlPool] = [:]
    /// The pool asked for last, which is mostly the one asked for next: comparing an endpoint costs less than hashing it.
    private var recentPool: CurlPool?
    /// A transfer knows its place here.
    private var active: [CurlTransfer] = []
    private var connections: [IdleConnections.Server: IdleConnections] = [:]
    private let idleBudget: IdleBudget

    /// - Parameter pooledConnectionsMax: over all endpoints; one more is closed instead of kept.
    package init(on loop: EventLoop, pooledConnectionsMax: Int = 512) {
        precondition(curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, "libcurl cannot be started")
        self.loop = loop
        idleBudget = IdleBudget(countMax: pooledConnectionsMax)
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("libcurl gave no multi handle: out of memory") }
        unsafe self.multi = multi
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_multi_set_socket_callback(multi, CurlCallbacks.socket, context)
        unsafe ccurl_multi_set_timer_callback(multi, CurlCallbacks.timer, context)
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, pooledConnectionsMax)
        // One request at a time on an HTTP/2 connection, too: only its end stops a provider at once, and bounds what an unread stream costs.
        unsafe ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        timer = LoopTimer(on: loop) { [unowned self] in timerFired() }
        deadlines = LoopTimer(on: loop) { [unowned self] in checkDeadlines() }
        idleSweep = LoopTimer(on: loop) { [unowned self] in closeIdle() }
    }

    deinit {
        deadlines?.cancel()
        idleSweep?.cancel()
        timer?.cancel()
        timer = nil  // libcurl still sets timers while it cleans up
        // None is active: a transfer keeps its client. A pool and what is in it hold each other.
        for open in connections.values { open.close() }
        for pool in pools.values { pool.close() }
        pools = [:]
        recentPool = nil
        unsafe curl_multi_cleanup(multi)
    }

    package var activeCount: Int { active.count }

    /// Forgets handles and connections of endpoints that are not in use any more.
    package func keepPools(of endpoints: Set<CurlEndpoint>) {
        for (endpoint, pool) in pools where !endpoints.contains(endpoint) { pool.close() }
        pools = pools.filter { endpoints.contains($0.key) }
        let servers = Set(pools.values.map(\.connections.server))
        for (server, open) in connections where !servers.contains(server) { open.close() }
        connections = connections.filter { servers.contains($0.key) }
        recentPool = nil
    }

    /// Sends a request. The transfer ends in its time-outs at the latest.
    package func send(_ request: borrowing CurlRequest, to endpoint: CurlEndpoint) throws(CurlError) -> CurlTransfer {
        let pool = pool(of: endpoint)
        let transfer = CurlTransfer(client: self, request: request)
        if pool.needsLibcurl { try transferWithLibcurl(transfer, request, pool) } else { try sendOverConnection(transfer, request, pool) }
        return transfer
    }

    private func sendOverConnection(_ transfer: CurlTransfer, _ request: borrowing CurlRequest, _ pool: CurlPool) throws(CurlError) {
        var buffer: [UInt8] = []
        swap(&buffer, &pool.connections.spareBuffer)
        guard let message = RequestMessage(request, by: pool, in: buffer) else { throw .refusedRequest(code: Int(CURLE_URL_MALFORMAT.rawValue)) }
        if !request.isOnFreshConnection, let connection = pool.connections.take(loop) {
            enlist(transfer)
            return connection.begin(transfer, message, isReused: true)
        }
        guard let connector = takeConnector(pool) else { throw .refusedRequest(code: Int(CURLE_OUT_OF_MEMORY.rawValue)) }
        isActing = true
        let complaint = connector.connect(for: transfer, sending: message, timeout: request.connectTimeout)
        guard complaint == 0 else {
            isActing = false
            throw .refusedRequest(code: complaint)
        }
        transfer.driver = connector
        enlist(transfer)
        // libcurl wants to be called at once for a new handle; doing it here spares a turn of the loop.
        act(on: CURL_SOCKET_TIMEOUT, events: 0)
    }

    private func transferWithLibcurl(_ transfer: CurlTransfer, _ request: borrowing CurlRequest, _ pool: CurlPool) throws(CurlError) {
        guard let handle = takeHandle(pool) else { throw .refusedRequest(code: Int(CURLE_OUT_OF_MEMORY.rawValue)) }
        guard handle.begin(transfer, request) else { throw .refusedRequest(code: Int(CURLE_URL_MALFORMAT.rawValue)) }
        isActing = true
        let added = unsafe curl_multi_add_handle(multi, handle.easy)
        guard added == CURLM_OK else {
            isActing = false
            handle.end()
            throw .refusedRequest(code: Int(added.rawValue))
        }
        transfer.driver = handle
        enlist(transfer)
        act(on: CURL_SOCKET_TIMEOUT, events: 0)
    }

    private func takeHandle(_ pool: CurlPool) -> CurlTransferHandle? {
        if let handle = pool.takeHandle() { return handle }
        return unsafe CurlTransferHandle(pool: pool, client: Unmanaged.passUnretained(self).toOpaque())
    }

    private func takeConnector(_ pool: CurlPool) -> CurlConnector? {
        if let connector = pool.takeConnector() { return connector }
        return unsafe CurlConnector(pool: pool, client: Unmanaged.passUnretained(self).toOpaque(), multi: multi)
    }

    private func pool(of endpoint: CurlEndpoint) -> CurlPool {
        if let recentPool, recentPool.endpoint == endpoint { return recentPool }
        let pool = pools[endpoint] ?? newPool(endpoint)
        pools[endpoint] = pool
        recentPool = pool
        return pool
    }

    private func newPool(_ endpoint: CurlEndpoint) -> CurlPool {
        let address = ServerAddress(endpoint.url)
        let server = IdleConnections.Server(
            origin: address?.origin ?? "", proxy: endpoint.proxy, certificateAuthorities: endpoint.certificateAuthorities)
        let open = connections[server] ?? IdleConnections(server, budget: idleBudget)
        connections[server] = open
        return CurlPool(endpoint, address, open)
    }

    private func enlist(_ transfer: CurlTransfer) {
        transfer.place = active.count
        active.append(transfer)
        transfer.begin()
    }

    /// A transfer has ended. Only the first call for each counts.
    func finish(_ transfer: CurlTransfer, _ result: Result<Void, CurlError>) {
        guard transfer.driver != nil else { return }
        transfer.driver = nil
        let last = active.removeLast()
        if last !== transfer {
            active[transfer.place] = last
            last.place = transfer.place
        }
        transfer.ended(result)
    }

    /// Takes a handle out of libcurl's hands. A transfer that is not complete loses its connection.
    func takeOut(_ handle: CurlTransferHandle) { unsafe curl_multi_remove_handle(multi, handle.easy) }

    // MARK: - Events

    package func ready(_ socket: Int32, _ events: Readiness) {
        let index = Int(socket)
        guard sockets.indices.contains(index) else { return }
        switch sockets[index].use {
        case .active: break
        case .paused: return forget(socket)  // until it is resumed, or the loop would spin
        case .pooled: return unexpected(on: socket)
        }
        var mask: Int32 = 0
        if events.contains(.read) || events.contains(.hangUp) || events.contains(.peerClosed) { mask |= CURL_CSELECT_IN }
        if events.contains(.write) { mask |= CURL_CSELECT_OUT }
        if events.contains(.error) { mask |= CURL_CSELECT_ERR }
        act(on: socket, events: mask)
    }

    private func act(on socket: Int32, events: Int32) {
        var running: Int32 = 0
        isActing = true
        unsafe curl_multi_socket_action(multi, socket, events, &running)
        takeMessages()
        isActing = false
        if let milliseconds = timerWish { setTimer(milliseconds: milliseconds) }
        timerWish = nil
    }

    private func takeMessages() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            var result = CURLE_OK
            guard let easy = unsafe ccurl_message_done(message, &result) else { continue }
            unsafe CurlEasy.of(easy)?.done(result, self)
        }
    }

    func foundHTTP2(on socket: Int32) { sockets[Int(socket)].speaksHTTP2 = true }

    // MARK: - Sockets

    /// libcurl's wish for a socket: CURL_POLL_IN, OUT, INOUT, or REMOVE.
    ///
    /// - Parameter isPaused: whether the transfer that uses it is.
    func watch(_ socket: Int32, what: Int32, isPaused: () -> Bool) {
        let index = Int(socket)
        while sockets.count <= index { sockets.append(WatchedSocket()) }
        guard what != CURL_POLL_REMOVE else {
            guard sockets[index].isConnection else { return forget(socket) }
            sockets[index].use = isPaused() ? .paused : .pooled
            return
        }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.read) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.write) }
        if !sockets[index].isRegistered {
            loop.register(socket, interest, self)
        } else if sockets[index].interest != interest {
            loop.modify(socket, interest)
        }
        sockets[index].interest = interest
        sockets[index].isRegistered = true
        sockets[index].use = .active
    }

    /// A pooled connection was closed, or carries what nobody asked for. libcurl would take that for the answer to its next request: it only
    /// looks whether a connection is closed. So it is made to look closed.
    private func unexpected(on socket: Int32) {
        if !sockets[Int(socket)].speaksHTTP2 { Socket.makeUseless(socket, &loop.scratch) }
        forget(socket)
    }

    /// The socket of an open connection is somebody else's to watch from now on.
    func stopWatching(_ socket: Int32) { forget(socket) }

    /// The socket outlives libcurl's connection.
    func leaveOpen(_ socket: Int32) { sockets[Int(socket)].isLeftOpen = true }

    /// Takes a socket out of the epoll set, if it is there.
    private func forget(_ socket: Int32) {
        let index = Int(socket)
        guard sockets[index].isRegistered else { return }
        loop.deregister(socket)
        sockets[index].isRegistered = false
        sockets[index].interest = []
    }

    func opened(_ socket: Int32) {
        let index = Int(socket)
        while sockets.count <= index { sockets.append(WatchedSocket()) }
        sockets[index] = WatchedSocket(isConnection: true)
    }

    func close(_ socket: Int32) {
        let index = Int(socket)
        if sockets.indices.contains(index) {
            forget(socket)
            let isLeftOpen = sockets[index].isLeftOpen
            sockets[index] = WatchedSocket()
            if isLeftOpen { return }
        }
        Socket.close(socket)
    }

    // MARK: - libcurl's own timer

    /// Only moved when it must fire sooner; a timer that fires early asks again.
    func setTimer(milliseconds: Int) {
        guard !isActing else {
            timerWish = milliseconds
            return
        }
        guard milliseconds >= 0 else {
            timerDue = nil
            return
        }
        let due = loop.turnTime.advanced(by: .milliseconds(milliseconds))
        timerDue = due
        guard let timer, !timer.isScheduled || timer.deadline > due else { return }
        timer.schedule(at: due)
    }

    private func timerFired() {
        guard let due = timerDue else { return }
        guard due <= ContinuousClock.now else {
            timer?.schedule(at: due)
            return
        }
        timerDue = nil
        act(on: CURL_SOCKET_TIMEOUT, events: 0)
    }

    // MARK: - Deadlines of transfers

    /// One timer for all transfers, set for the nearest deadline it has heard of: a transfer that ends in time costs no timer of its own.
    func expect(_ deadline: ContinuousClock.Instant) {
        guard let deadlines, !deadlines.isScheduled || deadline < deadlines.deadline else { return }
        deadlines.schedule(at: deadline)
    }

    private func checkDeadlines() {
        let now = ContinuousClock.now
        let transfers = active  // what has run out of time leaves them
        let nearest = transfers.compactMap { $0.checkTime(now) }.min()
        if let nearest { expect(nearest) }
    }

    // MARK: - Idle connections

    private static let idleSweepInterval = Duration.seconds(30)

    /// A connection has been kept: there is something to close if nobody uses it.
    func expectIdleness() {
        guard let idleSweep, !idleSweep.isScheduled else { return }
        idleSweep.schedule(at: loop.turnTime + Self.idleSweepInterval)
    }

    private func closeIdle() {
        for open in connections.values { open.closeOld(loop.turnTime - IdleConnections.idleTimeMax) }
        if idleBudget.count > 0 { expectIdleness() }
    }
}
