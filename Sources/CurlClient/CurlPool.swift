import CCurl
import EventLoop

/// What serves requests to one endpoint: libcurl's handles, and the connections of its server. Belongs to one client.
///
/// Looking a name up costs libcurl a thread for as long as DNS takes, and a thread cannot be called back. So one handle at a time does
/// it, and those that want a connection meanwhile wait for what it finds, which libcurl then remembers for a minute.
final class CurlPool {
    private static let handlesMax = 256
    private static let connectorsMax = 64
    private static let choiceHolds = Duration.seconds(600)

    enum LookUp {
        case found
        case failed(CURLcode)
        /// It ended before, in its time-out for instance.
        case unfinished
    }

    let endpoint: CurlEndpoint
    /// nil: the endpoint's URL is none, or its proxy's. It gets no requests.
    let nextHop: NextHop?
    let connections: IdleConnections
    /// Opens connections, for all pools.
    let connecting: CurlMulti
    /// Speaks HTTP/2, and keeps connections, which end with it.
    private(set) var multi: CurlMulti
    /// Until when the server, who had the choice, is spoken to in HTTP/1.1.
    private var choiceHoldsUntil: ContinuousClock.Instant?
    private let budget: IdleBudget
    private var handles: [CurlTransferHandle] = []
    private var connectors: [CurlConnector] = []
    private var isClosed = false
    /// Looks up the name for all.
    private var scout: CurlEasy?
    private var waiting: [CurlEasy] = []

    init(_ endpoint: CurlEndpoint, _ nextHop: NextHop?, _ connections: IdleConnections, connecting: CurlMulti, budget: IdleBudget) {
        self.endpoint = endpoint
        self.nextHop = nextHop
        self.connections = connections
        self.connecting = connecting
        self.budget = budget
        multi = endpoint.http2 ? CurlMulti(on: connecting.loop, budget: budget) : connecting
    }

    /// Whether the next request is libcurl's from beginning to end.
    var usesHTTP2: Bool { endpoint.http2 && choiceHoldsUntil.map { $0 <= connecting.loop.turnTime } != false }

    /// The server was offered HTTP/2 and speaks HTTP/1.1.
    func refusesHTTP2() { choiceHoldsUntil = connecting.loop.turnTime + Self.choiceHolds }

    func takeHandle() -> CurlTransferHandle? { handles.popLast() ?? CurlTransferHandle(pool: self) }
    func takeConnector() -> CurlConnector? { connectors.popLast() ?? CurlConnector(pool: self) }

    func giveBack(_ easy: CurlEasy) {
        guard !isClosed else { return }
        switch easy {
        case let handle as CurlTransferHandle: if handles.count < Self.handlesMax { handles.append(handle) }
        case let connector as CurlConnector: if connectors.count < Self.connectorsMax { connectors.append(connector) }
        default: break
        }
    }

    /// Whether libcurl has been used since the last time that `closeOld` closed its connections.
    var mayKeepConnections: Bool { !handles.isEmpty }

    /// Closes the connections that libcurl keeps, when it has had nothing to do since before `oldest`.
    func closeOld(_ oldest: ContinuousClock.Instant) {
        guard mayKeepConnections, multi.easyCount == 0, multi.unusedSince < oldest else { return }
        handles = []
        multi.close()
        multi = CurlMulti(on: multi.loop, budget: budget)
    }

    /// Keeps no handles any more: nobody will ask for one. What is under way goes on.
    func close() {
        isClosed = true
        handles = []
        connectors = []
        if multi !== connecting { multi.close() }
    }

    /// Nothing is under way but, perhaps, a look-up for nobody.
    func end() {
        if let scout { scout.multi.takeOut(scout) }
        scout = nil
        close()
    }

    // MARK: - Looking a name up

    /// Has libcurl begin with what the handle is set up for, or wait until its name is known.
    ///
    /// - Returns: libcurl's complaint, 0 for none.
    func begin(_ easy: CurlEasy) -> Int {
        guard scout == nil else {
            if multi.pooledCount > 0, Self.mayReuse(easy) { return easy.multi.start(easy) }
            waiting.append(easy)
            easy.waiter?.waitForName()
            return 0
        }
        scout = easy
        let complaint = easy.multi.start(easy)
        if complaint != 0 { scout = nil }
        return complaint
    }

    /// Whether a connection that libcurl keeps will do.
    private static func mayReuse(_ easy: CurlEasy) -> Bool { (easy as? CurlTransferHandle)?.isOnFreshConnection == false }

    /// libcurl keeps a connection more: one of those that wait for the name needs it no longer.
    func connectionIsFree() {
        guard let index = waiting.firstIndex(where: Self.mayReuse) else { return }
        waiting.remove(at: index).goOn()
    }

    func isLookingUp(_ easy: CurlEasy) -> Bool { scout === easy }

    func stopWaiting(_ easy: CurlEasy) {
        if let index = waiting.firstIndex(where: { $0 === easy }) { waiting.remove(at: index) }
    }

    func lookUpEnded(by easy: CurlEasy, _ lookUp: LookUp) {
        guard scout === easy else { return }
        scout = nil
        switch lookUp {
        case .found:
            for other in takeWaiting() { other.goOn() }
        case .failed(let code):
            for other in takeWaiting() { other.done(code) }
        case .unfinished:
            while scout == nil, !waiting.isEmpty {
                let next = waiting.removeFirst()
                next.goOn()
                if next.isAdded { scout = next }
            }
        }
    }

    private func takeWaiting() -> [CurlEasy] {
        defer { waiting = [] }
        return waiting
    }
}
