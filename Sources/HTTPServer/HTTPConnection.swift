import EventLoop
import HTTPWire
import MonotonicClock

/// One client connection: reads requests whole, one at a time, and writes their answers in order.
///
/// Registered once, for edges, for as long as it lives: no request costs a change of the epoll set. While a request is served its
/// socket is watched but not read, so a client that pipelines fills its own socket and not the gateway.
final class HTTPConnection: EventHandler, TurnEndHandler, @unchecked Sendable {
    /// An answer's body up to this size leaves in one send with its head.
    static let joinedBytesMax = 64 << 10
    private static let highWaterBytes = 128 << 10
    private static let lowWaterBytes = 32 << 10
    /// A client that takes nothing of its answer for so long is not reading.
    private static let readingPause = Duration.seconds(1)
    /// So long a client may take to send its first request.
    private static let askingPause = Duration.milliseconds(250)
    private static let lingerBytesMax = 64 << 20
    private static let lingerTime = Duration.seconds(2)
    /// The end of the process waits for it.
    private static let lingerTimeWhileDraining = Duration.milliseconds(250)
    /// Steps in one go, a read or a request each; then it is the turn of other connections.
    private static let stepsMax = 64

    enum State {
        case head
        case body(RequestHead, BodyReader)
        case serving(HTTPResponder)
        /// The last answer is out or on its way; what the client still sends is read and thrown away, so that it gets to read it.
        case lingering
        case closed
    }

    let descriptor: Int32
    let peer: IPAddress
    /// Lets go of the connection when it is closed.
    let endpoint: HTTPEndpoint
    var state = State.head
    var parser: RequestHeadParser
    var input: [UInt8] = []
    var output = OutputQueue()
    /// What answers have written in this turn of the loop. It leaves in one send, at its end.
    private var written: [UInt8] = []
    private var isToFlush = false
    var isReadable = false
    var isPeerClosed = false
    private var isAdvancing = false
    private var isToGoOn = false
    var closesAfterAnswer = false
    var requestCount = 0
    var bodyBytesTaken = 0
    private var lingeredBytes = 0
    var requestStarted: Instant?
    /// For what the client is to send next.
    var deadline: Instant?
    /// For the client to take something of what waits for it.
    private var writeDeadline: Instant?
    private let accepted: Instant

    init(descriptor: Int32, peer: IPAddress, endpoint: HTTPEndpoint) {
        self.descriptor = descriptor
        self.peer = peer
        self.endpoint = endpoint
        accepted = endpoint.now
        parser = RequestHeadParser(limits: endpoint.limits.wire)
        deadline = accepted.advanced(by: endpoint.limits.idleTimeout)
    }

    var limits: HTTPServerLimits { endpoint.limits }

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
        if requestStarted == nil { beginHead() }
        if input.isEmpty { input = endpoint.inputBuffers.take() }
        input.append(contentsOf: endpoint.loop.scratch[..<count])
    }

    private func beginHead() {
        let now = endpoint.now
        requestStarted = now
        deadline = now.advanced(by: limits.headerTimeout)
        parser.limits = limits.wire
    }

    // MARK: - Answers

    var date: String { endpoint.date }
    var willKeepAlive: Bool { !closesAfterAnswer && !endpoint.isDraining }
    var isAboveHighWater: Bool { output.byteCount + written.count > Self.highWaterBytes }

    func closeAfterAnswer() { closesAfterAnswer = true }
    /// Whether the socket has taken all that was to be sent.
    private var owesNothing: Bool { output.isEmpty && written.isEmpty }

    /// Takes what `append` appends of an answer. It leaves at the end of this turn of the loop.
    func write(_ append: (inout [UInt8]) -> Void) {
        if written.isEmpty { written = takeBuffer() }
        append(&written)
        if written.count >= Self.joinedBytesMax { flush() } else { flushAtEndOfTurn() }
    }

    /// Takes what is too large to be copied, for `flush`.
    func queue(_ bytes: [UInt8]) {
        var before: [UInt8] = []
        swap(&before, &written)
        output.append(before)
        output.append(bytes)
    }

    private func flushAtEndOfTurn() {
        guard !isToFlush else { return }
        isToFlush = true
        endpoint.loop.atEndOfTurn(tell: self)
    }

    func turnEnds() {
        isToFlush = false
        if !written.isEmpty { flush() }
    }

    private func sendWritten() {
        var bytes: [UInt8] = []
        swap(&bytes, &written)
        send(bytes)
        giveBack(bytes)
    }

    /// Sends what waits, as far as the socket takes it.
    func flush() {
        if case .closed = state { return }
        guard written.isEmpty else { return sendWritten() }
        var sent = 0
        let outcome = output.flush(into: descriptor, sent: &sent)
        if outcome == .closed { return clientWent() }
        flushed(sent)
    }

    /// Sends `bytes` behind what waits already, at once as far as the socket takes them.
    private func send(_ bytes: [UInt8]) {
        guard output.isEmpty else {
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
    func takeBuffer() -> [UInt8] { endpoint.outputBuffers.take() }
    func giveBack(_ buffer: consuming [UInt8]) { endpoint.outputBuffers.giveBack(buffer) }

    private func flushed(_ sent: Int) {
        if case .head = state, !input.isEmpty, output.byteCount + sent > Self.highWaterBytes, !isAboveHighWater {
            // The head was not read meanwhile.
            deadline = endpoint.now.advanced(by: limits.headerTimeout)
        }
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

    /// The answer to the current request is complete with what `append` appends.
    func answered(_ append: (inout [UInt8]) -> Void) {
        if case .closed = state { return }
        giveBackBodyBudget()
        if written.isEmpty { written = takeBuffer() }
        append(&written)
        if willKeepAlive {
            awaitNext()
            if output.isEmpty && written.count < Self.joinedBytesMax { flushAtEndOfTurn() } else { flush() }
        } else {
            linger()
            flush()
        }
        advance()
    }

    private func awaitNext() {
        state = .head
        if input.isEmpty { deadline = endpoint.now.advanced(by: limits.idleTimeout) } else { beginHead() }
    }

    /// Ends an answer that began and cannot be completed.
    ///
    /// - Parameter reset: for an answer that ends with its connection: only RST tells that it is not whole.
    func endVisibly(reset: Bool) {
        if reset {
            flush()
            if case .closed = state { return }
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

    func clientWent() {
        let last = state
        close()
        if case .serving(let responder) = last { responder.clientWent() }
    }

    private func close() {
        if case .closed = state { return }
        // A complete answer may be waiting for the end of the turn, and its client be reading still.
        if output.isEmpty, !written.isEmpty { _ = try? Socket.send(descriptor, written) }
        state = .closed
        giveBackBodyBudget()
        endpoint.loop.deregister(descriptor)
        Socket.close(descriptor)
        endpoint.closed(descriptor)
    }

    /// Called now and then by the endpoint.
    func check(_ now: Instant) {
        if let writeDeadline, writeDeadline <= now {
            Socket.resetOnClose(descriptor)
            return clientWent()
        }
        if case .head = state, input.isEmpty, owesNothing, endpoint.isDraining, endpoint.mayCloseIdle(now) { return close() }
        guard let deadline, deadline <= now else { return }
        switch state {
        case .head where input.isEmpty:
            if owesNothing { close() }
        // Then it is the client that does not read: the time-out for writing holds.
        case .head where isAboveHighWater: break
        case .head: refuse(Self.tooSlow, nil)
        case .body(let head, _): refuse(Self.tooSlow, head)
        case .lingering: close()
        case .serving, .closed: break
        }
    }

    private static let tooSlow = HTTPRefusal.Reason.broken(status: 408, "The request did not arrive whole in time.")

    /// Ends whatever is under way; the listener is going.
    func endNow() {
        flush()
        clientWent()
    }
}

/// Whether a connection may be closed so that another can be served.
extension HTTPConnection {
    /// Those that are needed least come first.
    struct Idleness: Comparable {
        enum Kind: Int { case answered, silent, begun }

        let kind: Kind
        /// When its time is up anyway.
        let end: Instant

        static func < (left: Idleness, right: Idleness) -> Bool { (left.kind.rawValue, left.end) < (right.kind.rawValue, right.end) }
    }

    /// nil while it is served, is about to be, or is reading its answer.
    var idleness: Idleness? {
        let isYoung = requestCount == 0 && endpoint.now < accepted.advanced(by: Self.askingPause)
        guard !isYoung, owesNothing || hasStoppedReading else { return nil }
        let end = writeDeadline ?? deadline ?? endpoint.now
        return switch state {
        case .serving, .closed: nil
        case .lingering: Idleness(kind: owesNothing ? .answered : .begun, end: end)
        case .head where input.isEmpty && owesNothing: Idleness(kind: .silent, end: end)
        case .head, .body: Idleness(kind: .begun, end: end)
        }
    }

    private var hasStoppedReading: Bool {
        guard let writeDeadline else { return false }
        return writeDeadline.advanced(by: Self.readingPause - limits.writeTimeout) <= endpoint.now
    }
}
