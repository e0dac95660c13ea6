package import EventLoop
import HTTPWire
import MonotonicClock
import Synchronization

/// One worker's part of a listener: its connections, and its share of accepting.
package final class HTTPEndpoint: EventHandler, @unchecked Sendable {
    package let loop: EventLoop
    let service: any HTTPService
    /// Changed by a reload; a connection asks for them anew with each request.
    private(set) var limits: HTTPServerLimits
    let bodyBudget: BodyBudget
    private unowned let listener: HTTPListener
    private var connections: [Int32: HTTPConnection] = [:]
    private var sweep: LoopTimer?
    private var acceptPause: LoopTimer?
    private var isAccepting = false
    private(set) var isDraining = false
    private var drainingSince: Instant?
    var outputBuffers = SpareBuffers(bytesMax: 256 << 10)
    /// A request may be in the making for long: it does not hold on to the memory of a large one.
    var inputBuffers = SpareBuffers(bytesMax: 16 << 10)
    private var dateText = (second: -1, text: "")
    /// Connections of this worker, those on their way to it included.
    let connectionCount = Atomic<Int>(0)

    init(loop: EventLoop, service: any HTTPService, limits: HTTPServerLimits, bodyBudget: BodyBudget, listener: HTTPListener) {
        self.loop = loop
        self.service = service
        self.limits = limits
        self.bodyBudget = bodyBudget
        self.listener = listener
    }

    /// As of this turn of the loop: a request that waited in its socket while others were served has begun already.
    var now: Instant { loop.turnTime }

    /// The `date` field's value, made once a second.
    var date: String {
        let second = WallClock.unixMilliseconds / 1000
        if second != dateText.second { dateText = (second, httpDate(unixSeconds: max(0, second))) }
        return dateText.text
    }

    // MARK: - Accepting

    func startAccepting() {
        guard !isAccepting, !isDraining else { return }
        isAccepting = loop.register(listener.descriptor, [.read, .exclusive], self)
        // Refused for lack of memory.
        if !isAccepting { pauseAccepting(for: Self.shortagePause) }
    }

    private func stopAccepting() {
        if isAccepting { loop.deregister(listener.descriptor) }
        isAccepting = false
    }

    package func ready(_ fileDescriptor: Int32, _ events: Readiness) { acceptWaiting(upTo: 64) }

    private func acceptWaiting(upTo countMax: Int) {
        for _ in 0..<countMax {
            let isFull = limits.replacesSilent && listener.connectionCount >= limits.connections
            let idlest = isFull ? idlestConnection() : nil
            // All may be at work: whoever comes next waits for a place.
            if isFull, idlest == nil { return pauseAccepting(for: .milliseconds(10)) }
            do {
                let (descriptor, peer) = try Socket.accept(from: listener.descriptor)
                idlest?.clientWent()
                place(descriptor, IPAddress(bits: peer))
            } catch {
                if error == .closed { continue }  // by its client, before anybody came for it
                if case .failed(let number) = error, Self.isShortage(number) {
                    service.connectionRefused(.outOfDescriptors)
                    pauseAccepting(for: Self.shortagePause)
                }
                return
            }
        }
    }

    private static let shortagePause = Duration.milliseconds(100)

    /// EMFILE, ENFILE, ENOBUFS, ENOMEM: asking again at once would only burn the CPU.
    private static func isShortage(_ number: Int32) -> Bool { [24, 23, 105, 12].contains(number) }

    private func pauseAccepting(for time: Duration) {
        stopAccepting()
        let timer = LoopTimer(on: loop) { [weak self] in self?.startAccepting() }
        timer.schedule(after: time)
        acceptPause = timer
    }

    /// Gives a new connection to the worker that has fewest.
    private func place(_ descriptor: Int32, _ peer: IPAddress) {
        guard listener.opened(atMost: limits.connections) else { return turnAway(descriptor) }
        let target = listener.leastLoaded(preferring: self)
        target.connectionCount.add(1, ordering: .relaxed)
        if target === self { adopt(descriptor, peer) } else { target.loop.execute { target.adopt(descriptor, peer) } }
    }

    /// The connection that is needed least: one that has had its last answer, then the one that has asked nothing for longest, then the
    /// one whose client has kept it waiting for longest; nil when all may be at work.
    private func idlestConnection() -> HTTPConnection? {
        var found: (connection: HTTPConnection, idleness: HTTPConnection.Idleness)?
        for connection in connections.values {
            guard let idleness = connection.idleness else { continue }
            if let found, found.idleness <= idleness { continue }
            found = (connection, idleness)
        }
        return found?.connection
    }

    private func turnAway(_ descriptor: Int32) {
        let answer = service.connectionRefused(.tooMany)
        var bytes: [UInt8] = []
        writeResponseHead(
            status: 503, fields: answer.fields.map { HeaderField($0.0, $0.1) }, framing: .length(answer.body.count), keepAlive: false, into: &bytes)
        _ = try? Socket.send(descriptor, bytes + answer.body)
        Socket.shutdownWrite(descriptor)
        // A close with unread bytes would reset the connection before the client has read why.
        _ = try? Socket.receive(descriptor, into: &loop.scratch)
        Socket.close(descriptor)
    }

    private func adopt(_ descriptor: Int32, _ peer: IPAddress) {
        let connection = HTTPConnection(descriptor: descriptor, peer: peer, endpoint: self)
        connections[descriptor] = connection
        service.connectionAccepted()
        startSweeping()
        connection.start()
    }

    func closed(_ descriptor: Int32) {
        connections[descriptor] = nil
        service.connectionClosed()
        connectionCount.subtract(1, ordering: .relaxed)
        listener.closed()
    }

    // MARK: - Time

    /// Time-outs are looked at in rounds: a request costs no timer.
    private var sweepInterval: Duration {
        if isDraining { return Self.drainSweepInterval }
        let shortest = min(limits.headerTimeout, limits.bodyTimeout, limits.idleTimeout, limits.writeTimeout)
        return max(.milliseconds(25), min(.seconds(1), shortest / 4))
    }

    /// The end of the process waits for what a round closes.
    private static let drainSweepInterval = Duration.milliseconds(50)

    private func startSweeping() {
        let timer = sweep ?? LoopTimer(on: loop) { [weak self] in self?.sweepNow() }
        sweep = timer
        if !timer.isScheduled { timer.schedule(after: sweepInterval) }
    }

    private func sweepNow() {
        let now = now
        for connection in connections.values { connection.check(now) }
        if !connections.isEmpty { sweep?.schedule(after: sweepInterval) }
    }

    // MARK: - The end

    func update(_ limits: HTTPServerLimits) { self.limits = limits }

    /// Takes what already waits to be accepted, and then no more.
    func drain() {
        acceptWaiting(upTo: HTTPListener.backlog)
        acceptPause?.cancel()
        stopAccepting()
        listener.stoppedAccepting()
        isDraining = true
        drainingSince = now
        if !connections.isEmpty { sweep?.schedule(after: Self.drainSweepInterval) }
    }

    /// An idle connection may carry a request that is already on its way: it is left open a moment longer.
    func mayCloseIdle(_ now: Instant) -> Bool {
        guard let drainingSince else { return false }
        return drainingSince.duration(to: now) >= .milliseconds(500)
    }

    /// Answers requests that are still arriving, so that none ends silently.
    func refuseUnfinished() {
        for connection in connections.values { connection.refuseUnfinished() }
    }

    func endAll() {
        for connection in connections.values { connection.endNow() }
    }
}
