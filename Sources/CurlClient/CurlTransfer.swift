import EventLoop
package import MonotonicClock

/// One request under way: its head is awaited, its body pulled. Belongs to its client's loop.
package final class CurlTransfer {
    /// Above this many bytes that nobody has pulled yet the connection is no longer read.
    static let highWaterBytes = 64 << 10

    let client: CurlClient
    private let firstByteTimeout: Duration
    private let idleTimeout: Duration
    private let connectTimeout: Duration
    private let totalDeadline: Instant
    private var receivedHead: CurlHead?
    private var pending: [UInt8] = []
    private var outcome: Result<Void, CurlError>?
    private let signal = LoopSignal()
    private var passage: Passage?
    private let started: Instant
    private var lastRead: Instant
    private(set) var isPaused = false
    private var contentDeadline: Instant?
    /// Whether another looks up its server's name. The time-out to connect is libcurl's to keep, but for that.
    private var waitsForName = false
    /// nil once the transfer has ended.
    var driver: (any TransferDriver)?
    /// Somebody who takes the body as it arrives.
    private final class Passage {
        let take: ([UInt8]) -> Bool
        let end = LoopSignal()
        var wantsMore = true

        init(_ take: @escaping ([UInt8]) -> Bool) { self.take = take }
    }

    /// Where it stands among the client's active transfers.
    var place = 0

    init(client: CurlClient, request: borrowing CurlRequest) {
        self.client = client
        firstByteTimeout = request.firstByteTimeout
        idleTimeout = request.idleTimeout
        connectTimeout = request.connectTimeout
        started = client.loop.turnTime
        lastRead = started
        totalDeadline = started.advanced(by: request.totalTimeout)
    }

    // MARK: - For whoever sent the request

    /// Waits for the answer's head.
    package func head() async throws(CurlError) -> CurlHead {
        while true {
            if let receivedHead { return receivedHead }
            if case .failure(let error)? = outcome { throw error }
            if outcome != nil { throw .closedBeforeAnswer(code: 0) }
            await signal.wait()
        }
    }

    /// The next bytes of the body; nil at its end. What came before a failure is handed out before it is thrown.
    package func next() async throws(CurlError) -> [UInt8]? {
        while pending.isEmpty {
            switch outcome {
            case .success: return nil
            case .failure(let error): throw error
            case nil: await signal.wait()
            }
        }
        let (bytes, wasPaused) = takePending()
        // A provider that sends faster than it is read always has more: the loop's other work gets its turn all the same.
        if wasPaused { await Task.yield() }
        return bytes
    }

    /// Hands the body to `take` piece by piece as it arrives, on the loop, without waking the caller's task for each.
    ///
    /// - Returns: true at the body's end; false once `take` has returned false, which has what it was given and wants no more for now.
    /// - Throws: as `next` does, what came before a failure handed out.
    package func pass(to take: @escaping ([UInt8]) -> Bool) async throws(CurlError) -> Bool {
        let passage = Passage(take)
        self.passage = passage
        signal.onSignal(on: client.loop) { self.passOn() }
        signal.signal()
        await passage.end.wait()
        signal.removeHandler()
        self.passage = nil
        guard passage.wantsMore else { return false }
        switch outcome {
        case .success: return true
        case .failure(let error): throw error
        case nil: preconditionFailure("a passage ends with the body or by its taker's wish")
        }
    }

    private func passOn() {
        guard let passage, passage.wantsMore else { return }
        if !pending.isEmpty {
            passage.wantsMore = passage.take(takePending().bytes)
            // More has come while it was taken: the loop's other work gets its turn first.
            if passage.wantsMore, !pending.isEmpty { return signal.signal() }
        }
        if !passage.wantsMore || outcome != nil { passage.end.signal() }
    }

    private func takePending() -> (bytes: [UInt8], wasPaused: Bool) {
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        guard isPaused else { return (bytes, false) }
        isPaused = false
        lastRead = client.loop.turnTime
        driver?.resume()
        return (bytes, true)
    }

    /// What has not been pulled of a body that is complete, if it is no longer than `limit`; nil: it is not complete, or longer.
    package func takeArrived(atMost limit: Int) -> [UInt8]? {
        guard case .success? = outcome, pending.count <= limit else { return nil }
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        return bytes
    }

    /// Until `deadline`, whatever comes counts for nothing and silence is no failure: the reader waits for something of its own in the
    /// body. nil: it has come, and the idle time-out holds from now on.
    package func awaitContent(until deadline: Instant?) {
        contentDeadline = deadline
        lastRead = client.loop.turnTime
        client.expect(self.deadline.at)
    }

    /// Ends the transfer now; its connection is closed unless the answer is complete. Whoever waits gets `cancelled`.
    package func cancel() { fail(.cancelled) }

    // MARK: - For the client

    func begin() { client.expect(deadline.at) }

    func waitForName() {
        waitsForName = true
        client.expect(deadline.at)
    }

    /// Waits for no name any more.
    func needsNoName() {
        waitsForName = false
        client.expect(deadline.at)
    }

    /// - Returns: how long connecting may still take.
    func mayConnect() -> Duration {
        needsNoName()
        return max(.milliseconds(1), Instant.now.duration(to: started.advanced(by: connectTimeout)))
    }

    func received(_ head: CurlHead) {
        receivedHead = head
        lastRead = client.loop.turnTime
        client.expect(deadline.at)
        signal.signal()
    }

    /// Says why the transfer is about to be given up.
    func willFail(_ error: CurlError) {
        if outcome == nil { outcome = .failure(error) }
    }

    /// Whether `count` more bytes find room; if not, libcurl pauses and offers them again after `resume`.
    func mayTake(_ count: Int) -> Bool {
        isPaused = !pending.isEmpty && pending.count + count > Self.highWaterBytes
        return !isPaused
    }

    /// Whether more should be read; if not, `resume` is called when it should.
    var hasRoom: Bool {
        isPaused = pending.count >= Self.highWaterBytes
        return !isPaused
    }

    /// Takes bytes of the body.
    func received<Value, Failure: Error>(_ append: (inout [UInt8]) throws(Failure) -> Value) throws(Failure) -> Value {
        let value = try append(&pending)
        lastRead = client.loop.turnTime
        signal.signal()
        return value
    }

    func ended(_ result: Result<Void, CurlError>) {
        if outcome == nil { outcome = result }
        signal.signal()
    }

    var hasHead: Bool { receivedHead != nil }

    private func fail(_ error: CurlError) {
        guard outcome == nil else { return }
        pending = []
        let driver = driver
        client.finish(self, .failure(error))
        driver?.abandon()
    }

    private var deadline: (at: Instant, phase: CurlError.Phase) {
        let total = totalDeadline
        guard hasHead else {
            let first = started.advanced(by: firstByteTimeout)
            let connected = started.advanced(by: connectTimeout)
            if waitsForName, connected < min(first, total) { return (connected, .connect) }
            return first < total ? (first, .firstByte) : (total, .total)
        }
        if let contentDeadline { return contentDeadline < total ? (contentDeadline, .content) : (total, .total) }
        // While the reader is behind, the provider is not the one that is idle.
        let idle = (isPaused || !pending.isEmpty ? Instant.now : lastRead).advanced(by: idleTimeout)
        return idle < total ? (idle, .idle) : (total, .total)
    }

    /// Ends the transfer if its time is up.
    ///
    /// - Returns: when to look again.
    func checkTime(_ now: Instant) -> Instant? {
        let (at, phase) = deadline
        guard at <= now else { return at }
        fail(.timedOut(phase))
        return nil
    }
}
