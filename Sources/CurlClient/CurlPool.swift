import CCurl
import EventLoop
import MonotonicClock

/// What serves requests to one endpoint: libcurl's handles, and the connections of its server. Belongs to one client.
///
/// Looking a name up costs libcurl a thread for as long as DNS takes, and a thread cannot be called back. So one handle at a time does
/// it, and those that want a connection meanwhile wait for what it finds, which libcurl then remembers for a minute, and for a connection
/// that another request has done with. What one multi handle of libcurl's has found, another does not know: each has a look-up of its own.
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
    private var choiceHoldsUntil: Instant?
    private let budget: IdleBudget
    private var handles: [CurlTransferHandle] = []
    private var connectors: [CurlConnector] = []
    private var isClosed = false
    private let connectorsLookUp = NameLookUp()
    private let handlesLookUp = NameLookUp()

    private final class NameLookUp {
        /// Looks up the name for all.
        var scout: CurlEasy?
        var waiting: [CurlEasy] = []
    }

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
    func closeOld(_ oldest: Instant) {
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
        for lookUp in [connectorsLookUp, handlesLookUp] {
            if let scout = lookUp.scout { scout.multi.takeOut(scout) }
            lookUp.scout = nil
        }
        close()
    }

    // MARK: - Looking a name up

    private func lookUp(of easy: CurlEasy) -> NameLookUp { easy.multi === connecting ? connectorsLookUp : handlesLookUp }

    /// Has libcurl begin with what the handle is set up for, or wait until its name is known.
    ///
    /// - Returns: libcurl's complaint, 0 for none.
    func begin(_ easy: CurlEasy) -> Int {
        let lookUp = lookUp(of: easy)
        guard lookUp.scout == nil else {
            if multi.pooledCount > 0, Self.mayReuse(easy) { return easy.multi.start(easy) }
            lookUp.waiting.append(easy)
            waits(easy)
            easy.waiter?.waitForName()
            return 0
        }
        lookUp.scout = easy
        waits(easy)
        let complaint = easy.multi.start(easy)
        if complaint != 0 {
            lookUp.scout = nil
            waitsNoMore(easy)
        }
        return complaint
    }

    /// Whether a connection that libcurl keeps will do.
    private static func mayReuse(_ easy: CurlEasy) -> Bool { (easy as? CurlTransferHandle)?.isOnFreshConnection == false }

    /// libcurl keeps a connection more: one of those that wait for the name needs it no longer.
    func connectionIsFree() {
        guard let index = handlesLookUp.waiting.firstIndex(where: Self.mayReuse) else { return }
        handlesLookUp.waiting.remove(at: index).goOn()
    }

    func isLookingUp(_ easy: CurlEasy) -> Bool { lookUp(of: easy).scout === easy }

    func stopWaiting(_ easy: CurlEasy) {
        let lookUp = lookUp(of: easy)
        if let index = lookUp.waiting.firstIndex(where: { $0 === easy }) { lookUp.waiting.remove(at: index) }
        waitsNoMore(easy)
    }

    func lookUpEnded(by easy: CurlEasy, _ result: LookUp) {
        let lookUp = lookUp(of: easy)
        guard lookUp.scout === easy else { return }
        lookUp.scout = nil
        waitsNoMore(easy)
        switch result {
        case .found:
            for other in takeWaiting(lookUp) { other.goOn() }
        case .failed(let code):
            for other in takeWaiting(lookUp) { other.done(code) }
        case .unfinished:
            while lookUp.scout == nil, !lookUp.waiting.isEmpty {
                let next = lookUp.waiting.removeFirst()
                next.goOn()
                if next.isAdded { lookUp.scout = next } else { waitsNoMore(next) }
            }
        }
    }

    private func takeWaiting(_ lookUp: NameLookUp) -> [CurlEasy] {
        defer { lookUp.waiting = [] }
        for easy in lookUp.waiting { waitsNoMore(easy) }
        return lookUp.waiting
    }

    /// Until the name is known, a connection that comes free will do.
    private func waits(_ easy: CurlEasy) {
        if let connector = easy as? CurlConnector { connections.await(connector) }
    }

    private func waitsNoMore(_ easy: CurlEasy) {
        if let connector = easy as? CurlConnector { connections.stopAwaiting(connector) }
    }
}
