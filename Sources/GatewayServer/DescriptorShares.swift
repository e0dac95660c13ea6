import HTTPServer

/// How the descriptors that the process may have are shared out, so that clients cannot use up those that their requests need.
struct DescriptorShares: Equatable {
    /// Connections to the admin listener: probes, scrapes, a reload and an operator or two.
    static let adminConnectionsMax = 64
    /// Standard files, listeners, and what is open for a moment: the file and its secrets, name look-ups, a client that is turned away.
    private static let reserved = 48
    /// A loop's epoll set and eventfd, libcurl's own, and a look-up of names.
    private static let reservedPerWorker = 12
    private static let pooledPerWorkerMax = 512

    /// What libcurl takes for a provider whose connections it keeps, besides those: a way to be woken, in each worker.
    private static let ofMultiHandle = 2

    private let workers: Int
    /// Client connections at most.
    let clients: Int
    /// Idle connections to providers that each worker keeps, at most.
    let pooledPerWorker: Int

    /// - Parameter limit: the process's limit.
    init(of limit: Int, workers: Int) {
        self.workers = workers
        let left = max(2, limit - Self.adminConnectionsMax - Self.reserved - Self.reservedPerWorker * (workers + 1))
        pooledPerWorker = max(1, min(Self.pooledPerWorkerMax, left / 8 / workers))
        // A request takes one for its client and one for its provider.
        clients = max(1, (left - pooledPerWorker * workers) / 2)
    }

    /// The limits of a file, as far as there are descriptors for them.
    ///
    /// - Parameter multiHandles: how many of the file's providers need one.
    func bounding(_ limits: HTTPServerLimits, multiHandles: Int = 0) -> HTTPServerLimits {
        var limits = limits
        // A client takes two, as said above.
        limits.connections = max(1, min(limits.connections, clients - multiHandles * workers * Self.ofMultiHandle / 2))
        return limits
    }
}
