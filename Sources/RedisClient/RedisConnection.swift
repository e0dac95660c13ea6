import CHiredis
import EventLoop
import GatewayCore
import MonotonicClock

/// Owns one asynchronous context of hiredis on an event loop. Belongs to the loop's thread.
///
/// hiredis 0.14 has no time-outs, takes 16 KiB from the socket at a time, and ends the process (`assert`) on a reply that nobody asked for:
/// deadlines are kept here, and such a reply ends the connection before hiredis sees it.
@safe
final class RedisConnection: EventHandler, TurnEndHandler {
    struct Limits {
        /// Commands whose reply has not come.
        var commandsMax = 4096
        /// Bytes of commands that the socket has not taken, before one more.
        var unsentBytesMax = 4 << 20
        /// Memory of one reply.
        var replyBytesMax = 16 << 20
    }

    let address: RedisAddress
    private let loop: EventLoop
    private let limits: Limits
    private var context: UnsafeMutablePointer<redisAsyncContext>?
    private var replyLimit: UnsafeMutablePointer<chiredis_limit>?
    private var descriptor: Int32 = -1
    private var interest: Readiness = []
    private var isConnected = false
    private var isFlushing = false
    private var isFlushScheduled = false
    /// In the order they were sent, which is that of their replies.
    private var calls = RedisCallQueue()
    private var wire: [UInt8] = []
    private let opening = LoopSignal()
    private let ending = LoopSignal()
    private var deadlines: LoopTimer?
    private(set) var trouble: RedisTrouble?
    private(set) var lastReply: Instant
    private(set) var replyCount = 0

    /// Begins to connect.
    ///
    /// - Parameter address: with a numeric host: hiredis resolves names while the whole worker waits.
    init(to address: RedisAddress, on loop: EventLoop, limits: Limits = Limits()) {
        self.address = address
        self.loop = loop
        self.limits = limits
        lastReply = loop.turnTime
        deadlines = LoopTimer(on: loop) { [unowned self] in expire() }
        let made =
            switch address {
            case .tcp(let host, let port): unsafe redisAsyncConnect(host, Int32(port))
            case .unix(let path): unsafe redisAsyncConnectUnix(path)
            }
        unsafe begin(made)
    }

    private func begin(_ made: UnsafeMutablePointer<redisAsyncContext>?) {
        guard let made = unsafe made else { return fail(.unreachable(reason: "out of memory")) }
        guard unsafe made.pointee.err == 0, let limit = unsafe chiredis_limit_replies(made, limits.replyBytesMax) else {
            fail(.unreachable(reason: unsafe Self.errorText(made)))
            return unsafe redisAsyncFree(made)
        }
        unsafe replyLimit = limit
        unsafe context = made
        unsafe attach(made)
    }

    deinit {
        deadlines?.cancel()
        if let context = unsafe context {
            unsafe context.pointee.data = nil  // the callbacks of what is still awaited find nobody
            unsafe context.pointee.ev.data = nil
            unsafe redisAsyncFree(context)
        }
        unsafe free(replyLimit)
    }

    private func attach(_ context: UnsafeMutablePointer<redisAsyncContext>) {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe context.pointee.data = this
        unsafe context.pointee.ev.data = this
        unsafe context.pointee.ev.addRead = RedisCallbacks.addRead
        unsafe context.pointee.ev.addWrite = RedisCallbacks.addWrite
        unsafe context.pointee.ev.delWrite = RedisCallbacks.delWrite
        unsafe context.pointee.ev.cleanup = RedisCallbacks.cleanup
        descriptor = unsafe context.pointee.c.fd
        interest = [.write]
        guard loop.register(descriptor, interest, self) else {
            descriptor = -1
            return end(.unreachable(reason: "too many open files"))
        }
        unsafe redisAsyncSetConnectCallback(context, RedisCallbacks.connected)
    }

    // MARK: - For the client

    var isOpen: Bool { isConnected && trouble == nil }
    var pendingCount: Int { calls.count }

    /// Returns once the connection stands.
    func opened(within time: Duration) async throws(RedisTrouble) {
        let timer = LoopTimer(on: loop) { [weak self] in self?.end(.connectTimedOut) }
        timer.schedule(after: time)
        while !isConnected, trouble == nil { await opening.wait() }
        timer.cancel()
        if let trouble { throw trouble }
    }

    /// Returns once the connection is no more.
    func ended() async -> RedisTrouble {
        while true {
            if let trouble { return trouble }
            await ending.wait()
        }
    }

    /// Sends a command. It leaves at the end of this turn, with all others of the turn.
    func send(_ command: [[UInt8]], deadline: Instant) async -> RedisOutcome {
        guard let call = begin(command, deadline: deadline) else { return .failure(.unavailable) }
        return await call.wait()
    }

    private func begin(_ command: [[UInt8]], deadline: Instant) -> RedisCall? {
        guard let context = unsafe context, trouble == nil else { return nil }
        guard calls.count < limits.commandsMax, unsafe chiredis_unsent(context) <= limits.unsentBytesMax else { return nil }
        wire.removeAll(keepingCapacity: wire.capacity <= 64 << 10)
        RedisCommand.append(command, to: &wire)
        let taken = unsafe wire.withUnsafeBytes { bytes in
            unsafe redisAsyncFormattedCommand(context, RedisCallbacks.reply, nil, bytes.baseAddress, bytes.count)
        }
        guard taken == REDIS_OK else { return nil }
        let call = RedisCall(deadline: deadline)
        calls.append(call)
        if let deadlines, !deadlines.isScheduled || deadline < deadlines.deadline { deadlines.schedule(at: deadline) }
        return call
    }

    /// Ends the connection; what is awaited on it is lost.
    func end(_ reason: RedisTrouble) {
        fail(reason)
        guard let context = unsafe context else { return }
        // "When redisAsyncFree() is called from within a callback, the context is freed after it": hiredis, README.
        unsafe redisAsyncFree(context)
    }

    /// The first reason is the one that is told.
    private func fail(_ reason: RedisTrouble) {
        guard trouble == nil else { return }
        trouble = reason
        opening.signal()
        ending.signal()
    }

    // MARK: - Events

    func ready(_ fileDescriptor: Int32, _ events: Readiness) {
        if !isConnected || events.contains(.write) { write() }
        guard isConnected, !events.isDisjoint(with: [.read, .hangUp, .error, .peerClosed]) else { return }
        read()
    }

    /// Commands of one turn leave together.
    func turnEnds() {
        isFlushScheduled = false
        write()
    }

    private func write() {
        guard let context = unsafe context else { return }
        isFlushing = true
        unsafe redisAsyncHandleWrite(context)
        isFlushing = false
    }

    private func read() {
        guard let context = unsafe context else { return }
        guard !calls.isEmpty else { return end(.closed) }  // its end, or a reply that nobody asked for
        unsafe redisAsyncHandleRead(context)
        guard let context = unsafe self.context, unsafe chiredis_unread(context) > limits.replyBytesMax else { return }
        end(.malformed)
    }

    /// A worker that was kept from running finds replies and deadlines at once: what has come in counts as come in time.
    private func expire() {
        for _ in 0..<16 where !calls.isEmpty {
            let before = replyCount
            read()
            if replyCount == before { break }
        }
        guard let next = calls.expire(at: Instant.now) else { return }
        deadlines?.schedule(at: next)
    }

    // MARK: - hiredis' callbacks

    fileprivate func connected(_ isConnected: Bool) {
        guard isConnected else { return }
        self.isConnected = true
        opening.signal()
    }

    fileprivate func received(_ reply: UnsafeMutablePointer<redisReply>?, _ context: UnsafeMutablePointer<redisAsyncContext>) {
        guard let call = calls.popFirst() else { return }
        guard let reply = unsafe reply else { return call.finish(.failure(.connectionLost)) }
        lastReply = loop.turnTime
        replyCount += 1
        if call.outcome == nil { call.finish(unsafe RedisReply.outcome(reply)) }
        // hiredis would abort the process over the reply that begins here, for nobody waits for it.
        if calls.isEmpty, unsafe chiredis_unread(context) > 0 { end(.malformed) }
    }

    fileprivate func wantsToRead() { watch(interest.union(.read)) }

    fileprivate func wantsToWrite() {
        guard isConnected, !isFlushing else { return watch(interest.union(.write)) }
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        loop.atEndOfTurn(tell: self)
    }

    fileprivate func hasWritten() { watch(interest.subtracting(.write)) }

    private func watch(_ interest: Readiness) {
        guard descriptor >= 0, interest != self.interest else { return }
        self.interest = interest
        loop.modify(descriptor, interest)
    }

    /// hiredis is about to close the socket and free the context.
    fileprivate func isGoing() {
        if let context = unsafe context { fail(unsafe Self.trouble(context, isConnected: isConnected)) }
        if descriptor >= 0 { loop.deregister(descriptor) }
        descriptor = -1
        unsafe context = nil
    }

    private static func trouble(_ context: UnsafeMutablePointer<redisAsyncContext>, isConnected: Bool) -> RedisTrouble {
        switch unsafe context.pointee.c.err {
        case REDIS_ERR_PROTOCOL, REDIS_ERR_OOM: .malformed
        case REDIS_ERR_OTHER where isConnected: .refused(code: RedisRefusal(unsafe errorText(context)).code)
        default: isConnected ? .closed : .unreachable(reason: unsafe errorText(context))
        }
    }

    private static func errorText(_ context: UnsafeMutablePointer<redisAsyncContext>) -> String {
        unsafe withUnsafeBytes(of: context.pointee.c.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// What hiredis calls. Each finds its connection in the context; none when that is being taken apart.
private enum RedisCallbacks {
    typealias Hook = @convention(c) (UnsafeMutableRawPointer?) -> Void

    static let addRead: Hook = { unsafe connection($0)?.wantsToRead() }
    static let addWrite: Hook = { unsafe connection($0)?.wantsToWrite() }
    static let delWrite: Hook = { unsafe connection($0)?.hasWritten() }
    static let cleanup: Hook = { unsafe connection($0)?.isGoing() }

    static let connected: @convention(c) (UnsafePointer<redisAsyncContext>?, Int32) -> Void = { context, status in
        unsafe connection(context?.pointee.data)?.connected(status == REDIS_OK)
    }

    static let reply: @convention(c) (UnsafeMutablePointer<redisAsyncContext>?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
        context, reply, _ in
        guard let context = unsafe context else { return }
        unsafe connection(context.pointee.data)?.received(reply?.assumingMemoryBound(to: redisReply.self), context)
    }

    private static func connection(_ data: UnsafeMutableRawPointer?) -> RedisConnection? {
        unsafe data.map { unsafe Unmanaged<RedisConnection>.fromOpaque($0).takeUnretainedValue() }
    }
}
