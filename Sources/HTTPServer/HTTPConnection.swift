import EventLoop
import HTTPWire

/// One client connection: reads requests whole, one at a time, and writes their answers in order.
///
/// Registered once, for edges, for as long as it lives: no request costs a change of the epoll set. While a request is served its
/// socket is watched but not read, so a client that pipelines fills its own socket and not the gateway.
final class HTTPConnection: EventHandler, @unchecked Sendable {
    /// An answer's body up to this size leaves in one send with its head.
    static let joinedBytesMax = 64 << 10
    private static let highWaterBytes = 128 << 10
    private static let lowWaterBytes = 32 << 10
    private static let lingerBytesMax = 64 << 20
    private static let lingerTime = Duration.seconds(2)
    /// The end of the process waits for it.
    private static let lingerTimeWhileDraining = Duration.milliseconds(250)
    /// Steps in one go, a read or a request each; then it is the turn of other connections.
    private static let stepsMax = 64

    private enum State {
        case head
        case body(RequestHead, BodyReader)
        case serving(HTTPResponder)
        /// The last answer is out or on its way; what the client still sends is read and thrown away, so that it gets to read it.
        case lingering
        case closed
    }

    private let descriptor: Int32
    private let peer: IPAddress
    /// Lets go of the connection when it is closed.
    private let endpoint: HTTPEndpoint
    private var state = State.head
    private var parser: RequestHeadParser
    private var input: [UInt8] = []
    private var output = OutputQueue()
    private var isReadable = false
    private var isPeerClosed = false
    private var isAdvancing = false
    private var isToGoOn = false
    private var closesAfterAnswer = false
    private var requestCount = 0
    private var bodyBytesTaken = 0
    private var lingeredBytes = 0
    private var requestStarted: ContinuousClock.Instant?
    /// For what the client is to send next.
    private var deadline: ContinuousClock.Instant?
    /// For the client to take something of what waits for it.
    private var writeDeadline: ContinuousClock.Instant?

    init(descriptor: Int32, peer: IPAddress, endpoint: HTTPEndpoint) {
        self.descriptor = descriptor
        self.peer = peer
        self.endpoint = endpoint
        parser = RequestHeadParser(limits: endpoint.limits.wire)
        deadline = endpoint.now.advanced(by: endpoint.limits.idleTimeout)
    }

    private var limits: HTTPServerLimits { endpoint.limits }

    func start() {
        guard endpoint.loop.register(descriptor, [.read, .write, .peerClosed, .edge], self) else { return close() }
    }

    // MARK: - Events

    func ready(_ fileDescriptor: Int32, _ events: Readiness) {
        if events.contains(.error) || events.contains(.hangUp) { return clientWent() }
        if events.contains(.write), !output.isEmpty { flush() }
        if events.contains(.peerClosed) { isPeerClosed = true }
        if events.contains(.read) || events.contains(.peerClosed) { isReadable = true }
        advance()
    }

    /// Goes on as far as the bytes at hand allow, in several turns of the loop if they are many.
    private func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        for _ in 0..<Self.stepsMax { guard step() else { return } }
        guard !isToGoOn else { return }
        isToGoOn = true
        endpoint.loop.execute { [self] in
            isToGoOn = false
            advance()
        }
    }

    /// - Returns: false when there is nothing to do before the next event.
    private func step() -> Bool {
        switch state {
        case .closed: return false
        case .serving:
            if isPeerClosed { clientWent() }
            return false
        case .lingering: return discardInput()
        // A client that asks and asks and reads no answer gets no further.
        case .head: return !isAboveHighWater && ((!input.isEmpty && takeHead()) || read())
        case .body(let head, let reader):
            if !input.isEmpty, takeBody(head, reader) { return true }
            return reader.knowsLength ? readBody(head, reader) : read()
        }
    }

    private func read() -> Bool {
        guard isReadable else { return false }
        if case .closed = state { return false }
        do {
            let count = try Socket.receive(descriptor, into: &endpoint.loop.scratch)
            // An edge says that more came; a short read took it all (epoll(7)).
            isReadable = count == endpoint.loop.scratch.count || isPeerClosed
            guard count > 0 else {
                clientWent()
                return false
            }
            received(count)
            return true
        } catch {
            isReadable = false
            if error != .wouldBlock { clientWent() }
            return false
        }
    }

    private func received(_ count: Int) {
        if requestStarted == nil {
            let now = endpoint.now
            requestStarted = now
            deadline = now.advanced(by: limits.headerTimeout)
        }
        input.append(contentsOf: endpoint.loop.scratch[..<count])
    }

    // MARK: - Requests

    private func takeHead() -> Bool {
        do {
            guard let (head, end) = try parser.parse(input, from: 0) else { return false }
            requestCount += 1
            if !head.keepAlive || requestCount >= limits.requestsPerConnection { closesAfterAnswer = true }
            guard fits(head) else { return true }
            if case .length(let count) = head.framing, count > 0, count == input.count - end {
                serveWhole(head, bodyFrom: end)
                return true
            }
            consume(end)
            guard head.framing != .none else {
                serve(head, [])
                return true
            }
            beginBody(head)
            return true
        } catch {
            refuse(error, nil)
            return true
        }
    }

    /// - Returns: false when the body that the head declares is too large: the request has been refused.
    private func fits(_ head: RequestHead) -> Bool {
        guard case .length(let count) = head.framing, count > limits.wire.bodyBytes else { return true }
        refuse(.bodyTooLarge, head)
        return false
    }

    /// The whole body came with the head and nothing behind it, as is usual: it needs no reader.
    private func serveWhole(_ head: RequestHead, bodyFrom start: Int) {
        let body = Array(input[start...])
        input = []
        guard holdsBody(body.count, of: head) else { return }
        serve(head, body)
    }

    private func beginBody(_ head: RequestHead) {
        deadline = endpoint.now.advanced(by: limits.bodyTimeout)
        state = .body(head, BodyReader(framing: head.framing, limits: limits.wire))
        if head.expectsContinue, input.isEmpty, head.version == .http11 {
            output.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            flush()
        }
        if case .length(0) = head.framing { serve(head, []) }
    }

    /// What came with the head, and bodies in chunks.
    private func takeBody(_ head: RequestHead, _ reader: BodyReader) -> Bool {
        let end: Int
        do { end = try reader.take(input) } catch {
            refuse(error, head)
            return true
        }
        consume(end)
        guard holdsBody(end, of: head) else { return true }
        guard reader.isFinished else { return false }
        serve(head, reader.body)
        return true
    }

    /// A body of known length, straight from the socket.
    private func readBody(_ head: RequestHead, _ reader: BodyReader) -> Bool {
        guard isReadable else { return false }
        do {
            let (count, mayHaveMore) = try reader.receive(from: descriptor)
            // What follows the body is left in the socket, and may have come with this edge.
            isReadable = mayHaveMore || isPeerClosed
            guard count > 0 else {
                clientWent()
                return false
            }
            if holdsBody(count, of: head), reader.isFinished { serve(head, reader.body) }
            return true
        } catch {
            isReadable = false
            if error != .wouldBlock { clientWent() }
            return false
        }
    }

    /// - Returns: false when there is no room for so many more bytes of bodies: the request has been refused.
    private func holdsBody(_ count: Int, of head: RequestHead) -> Bool {
        guard endpoint.bodyBudget.take(count) else {
            refuse(.noRoom, head)
            return false
        }
        bodyBytesTaken += count
        return true
    }

    private func consume(_ count: Int) {
        if count == input.count { input = [] } else { input.removeFirst(count) }
    }

    private func serve(_ head: RequestHead, _ body: [UInt8]) {
        let started = requestStarted ?? endpoint.now
        requestStarted = nil
        deadline = nil
        let responder = HTTPResponder(connection: self, head: head)
        state = .serving(responder)
        endpoint.service.serve(HTTPRequest(head: head, body: body, received: started, peer: peer), responder)
    }

    private func refuse(_ error: WireError, _ head: RequestHead?) { refuse(.broken(status: error.status, error.reason), head) }

    private func refuse(_ reason: HTTPRefusal.Reason, _ head: RequestHead?) {
        let refusal = HTTPRefusal(reason: reason, head: head, bodyBytes: bodyBytesTaken, received: requestStarted ?? endpoint.now)
        requestStarted = nil
        deadline = nil
        closesAfterAnswer = true
        let responder = HTTPResponder(connection: self, head: head)
        state = .serving(responder)
        endpoint.service.refuse(refusal, responder)
    }

    /// Answers a request that is still arriving when the listener ends.
    func refuseUnfinished() {
        switch state {
        case .head where !input.isEmpty: refuse(.ending, nil)
        case .body(let head, _): refuse(.ending, head)
        case .head, .serving, .lingering, .closed: break
        }
    }

    // MARK: - Answers

    var date: String { endpoint.date }
    var willKeepAlive: Bool { !closesAfterAnswer && !endpoint.isDraining }
    var isAboveHighWater: Bool { output.byteCount > Self.highWaterBytes }

    func closeAfterAnswer() { closesAfterAnswer = true }
    func queue(_ bytes: [UInt8]) { output.append(bytes) }

    func flush() {
        if case .closed = state { return }
        var sent = 0
        let outcome = output.flush(into: descriptor, sent: &sent)
        if outcome == .closed { return clientWent() }
        flushed(sent)
    }

    /// Sends `bytes` behind what waits already, at once as far as the socket takes them.
    func send(_ bytes: [UInt8]) {
        if case .closed = state { return }
        guard output.isEmpty, !bytes.isEmpty else {
            output.append(bytes)
            return flush()
        }
        var sent = 0
        do { sent = try Socket.send(descriptor, bytes) } catch {
            if error != .wouldBlock { return clientWent() }
        }
        if sent < bytes.count { output.append(Array(bytes[sent...])) }
        flushed(sent)
    }

    /// An empty buffer to write into, for `giveBack`: answers share one allocation.
    func takeBuffer() -> [UInt8] { endpoint.takeBuffer() }
    func giveBack(_ buffer: consuming [UInt8]) { endpoint.giveBack(buffer) }

    private func flushed(_ sent: Int) {
        if output.isEmpty {
            if writeDeadline != nil { tookEverything() }
        } else if sent > 0 || writeDeadline == nil {
            writeDeadline = endpoint.now.advanced(by: limits.writeTimeout)
        }
        if case .serving(let responder) = state, output.byteCount <= Self.lowWaterBytes { responder.roomAgain() }
        if case .lingering = state, output.isEmpty { endOutput() }
    }

    /// The client has taken what it was slow to take: being idle begins now.
    private func tookEverything() {
        writeDeadline = nil
        if case .head = state, input.isEmpty { deadline = endpoint.now.advanced(by: limits.idleTimeout) }
    }

    private func endOutput() {
        Socket.shutdownWrite(descriptor)
        deadline = endpoint.now.advanced(by: endpoint.isDraining ? Self.lingerTimeWhileDraining : Self.lingerTime)
    }

    /// The answer to the current request is complete with `last`.
    func answered(with last: [UInt8]) {
        giveBackBodyBudget()
        let closes = !willKeepAlive
        if closes { linger() } else { awaitNext() }
        send(last)
        advance()
    }

    private func awaitNext() {
        state = .head
        let now = endpoint.now
        if input.isEmpty {
            deadline = now.advanced(by: limits.idleTimeout)
        } else {
            requestStarted = now
            deadline = now.advanced(by: limits.headerTimeout)
        }
    }

    /// Ends an answer that began and cannot be completed.
    ///
    /// - Parameter reset: for an answer that ends with its connection: only RST tells that it is not whole.
    func endVisibly(reset: Bool) {
        if reset {
            var sent = 0
            _ = output.flush(into: descriptor, sent: &sent)
            Socket.resetOnClose(descriptor)
            return close()
        }
        linger()
        flush()
    }

    // MARK: - Ends

    /// The last answer goes out, however long the client takes for it; then the client has a moment to close.
    private func linger() {
        state = .lingering
        input = []
        deadline = nil
        giveBackBodyBudget()
    }

    private func giveBackBodyBudget() {
        endpoint.bodyBudget.giveBack(bodyBytesTaken)
        bodyBytesTaken = 0
    }

    private func discardInput() -> Bool {
        guard isReadable else { return false }
        do {
            let count = try Socket.receive(descriptor, into: &endpoint.loop.scratch)
            isReadable = count == endpoint.loop.scratch.count || isPeerClosed
            lingeredBytes += count
            if count == 0 || lingeredBytes > Self.lingerBytesMax {
                close()
                return false
            }
            return true
        } catch {
            isReadable = false
            if error != .wouldBlock { close() }
            return false
        }
    }

    private func clientWent() {
        let last = state
        close()
        if case .serving(let responder) = last { responder.clientWent() }
    }

    private func close() {
        if case .closed = state { return }
        state = .closed
        giveBackBodyBudget()
        endpoint.loop.deregister(descriptor)
        Socket.close(descriptor)
        endpoint.closed(descriptor)
    }

    /// Called now and then by the endpoint.
    func check(_ now: ContinuousClock.Instant) {
        if let writeDeadline, writeDeadline <= now {
            Socket.resetOnClose(descriptor)
            return clientWent()
        }
        if case .head = state, input.isEmpty, output.isEmpty, endpoint.isDraining, endpoint.mayCloseIdle(now) { return close() }
        guard let deadline, deadline <= now else { return }
        switch state {
        case .head where input.isEmpty:
            if output.isEmpty { close() }
        case .head: refuse(Self.tooSlow, nil)
        case .body(let head, _): refuse(Self.tooSlow, head)
        case .lingering: close()
        case .serving, .closed: break
        }
    }

    private static let tooSlow = HTTPRefusal.Reason.broken(status: 408, "The request did not arrive whole in time.")

    /// Ends whatever is under way; the listener is going.
    func endNow() { clientWent() }
}
