import CCurl
package import EventLoop
import HTTPWire
import MonotonicClock

/// Requests to servers, on an event loop. Belongs to the loop's thread, and lives as long as it.
///
/// libcurl opens connections; HTTP/1.1 is spoken over them by `ClientConnection`, for a fifth of what it costs libcurl. What that does
/// not speak is libcurl's from beginning to end (`CurlTransferHandle`).
package final class CurlClient: @unchecked Sendable {
    package let loop: EventLoop
    /// Opens connections.
    private let connecting: CurlMulti
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
        connecting = CurlMulti(on: loop, budget: idleBudget)
        deadlines = LoopTimer(on: loop) { [unowned self] in checkDeadlines() }
        idleSweep = LoopTimer(on: loop) { [unowned self] in closeIdle() }
    }

    deinit {
        deadlines?.cancel()
        idleSweep?.cancel()
        // None is active: a transfer keeps its client.
        for open in connections.values { open.close() }
        for pool in pools.values { pool.end() }
        connecting.close()
    }

    package var activeCount: Int { active.count }
    /// Idle connections that are kept for the next request.
    package var keptCount: Int { idleBudget.count }

    /// Forgets handles and connections of endpoints that are not in use any more. What is under way to them goes on.
    package func keepPools(of endpoints: Set<CurlEndpoint>) {
        recentPool = nil
        for (endpoint, pool) in pools where !endpoints.contains(endpoint) { pool.close() }
        pools = pools.filter { endpoints.contains($0.key) }
        let servers = Set(pools.values.map(\.connections.server))
        for (server, open) in connections where !servers.contains(server) { open.close() }
        connections = connections.filter { servers.contains($0.key) }
    }

    /// Sends a request. The transfer ends in its time-outs at the latest.
    package func send(_ request: borrowing CurlRequest, to endpoint: CurlEndpoint) throws(CurlError) -> CurlTransfer {
        let pool = pool(of: endpoint)
        let transfer = CurlTransfer(client: self, request: request)
        if pool.usesHTTP2 { try transferWithLibcurl(transfer, request, pool) } else { try sendOverConnection(transfer, request, pool) }
        return transfer
    }

    private func sendOverConnection(_ transfer: CurlTransfer, _ request: borrowing CurlRequest, _ pool: CurlPool) throws(CurlError) {
        guard let message = RequestMessage(request, by: pool, in: pool.connections.spareBuffers.take()) else {
            throw .refusedRequest(code: Int(CURLE_URL_MALFORMAT.rawValue))
        }
        if !request.isOnFreshConnection, let connection = pool.connections.take() {
            enlist(transfer)
            return connection.begin(transfer, message, isReused: true)
        }
        guard let connector = pool.takeConnector() else { throw .refusedRequest(code: Int(CURLE_OUT_OF_MEMORY.rawValue)) }
        connector.prepare(
            for: transfer, sending: message, timeout: request.connectTimeout, mayReuse: !request.isOnFreshConnection)
        try begin(transfer, connector)
    }

    private func transferWithLibcurl(_ transfer: CurlTransfer, _ request: borrowing CurlRequest, _ pool: CurlPool) throws(CurlError) {
        guard pool.nextHop != nil else { throw .refusedRequest(code: Int(CURLE_URL_MALFORMAT.rawValue)) }
        guard let handle = pool.takeHandle() else { throw .refusedRequest(code: Int(CURLE_OUT_OF_MEMORY.rawValue)) }
        guard handle.prepare(for: transfer, request) else {
            pool.giveBack(handle)
            throw .refusedRequest(code: Int(CURLE_URL_MALFORMAT.rawValue))
        }
        try begin(transfer, handle)
    }

    private func begin(_ transfer: CurlTransfer, _ driver: any CurlEasy & TransferDriver) throws(CurlError) {
        transfer.driver = driver
        enlist(transfer)
        let complaint = driver.pool.begin(driver)
        guard complaint != 0 else { return }
        finish(transfer, .failure(.refusedRequest(code: complaint)))
        driver.abandon()
        throw .refusedRequest(code: complaint)
    }

    private func pool(of endpoint: CurlEndpoint) -> CurlPool {
        if let recentPool, recentPool.endpoint == endpoint { return recentPool }
        let pool = pools[endpoint] ?? newPool(endpoint)
        pools[endpoint] = pool
        recentPool = pool
        return pool
    }

    private func newPool(_ endpoint: CurlEndpoint) -> CurlPool {
        let hop = NextHop(to: endpoint)
        let server = IdleConnections.Server(
            origin: hop?.origin ?? "", proxy: endpoint.proxy, isForwarding: hop?.tunnel != endpoint.proxy,
            certificateAuthorities: endpoint.certificateAuthorities)
        let open = connections[server] ?? IdleConnections(server, budget: idleBudget, loop: loop)
        connections[server] = open
        return CurlPool(endpoint, hop, open, connecting: connecting, budget: idleBudget)
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

    // MARK: - Deadlines of transfers

    /// One timer for all transfers, set for the nearest deadline it has heard of: a transfer that ends in time costs no timer of its own.
    func expect(_ deadline: Instant) {
        guard let deadlines, !deadlines.isScheduled || deadline < deadlines.deadline else { return }
        deadlines.schedule(at: deadline)
    }

    private func checkDeadlines() {
        let now = Instant.now
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
        let oldest = loop.turnTime - IdleConnections.idleTimeMax
        for open in connections.values { open.closeOld(oldest) }
        for pool in pools.values { pool.closeOld(oldest) }
        if idleBudget.count > 0 || pools.values.contains(where: \.mayKeepConnections) { expectIdleness() }
    }
}
