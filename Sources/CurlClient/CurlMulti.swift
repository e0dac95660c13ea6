import CCurl
import EventLoop
import MonotonicClock

/// One of libcurl's multi handles in the loop's epoll set: opens connections, moves what its handles transfer, and keeps what they leave open.
///
/// What it keeps are connections over HTTP/2, whose peers may speak between requests: their frames name their stream. Their sockets stay
/// in the epoll set between transfers ("lazy registration"), which spares two system calls a request.
///
/// Belongs to the loop's thread. Has to be closed: the loop keeps it as long as one of its sockets is watched.
@safe
final class CurlMulti: EventHandler {
    private struct WatchedSocket {
        enum Use {
            case active, paused
            /// libcurl needs it watched no more: because a transfer on it has ended, or because it has closed it, which it does not say of those
            /// that never were connected.
            case released
            /// Open, for the next transfer.
            case pooled
        }

        var interest: Readiness = []
        var isRegistered = false
        var use = Use.active
        /// Whether libcurl will tell when it closes it. Of its resolver's sockets it tells only that they need no more watching.
        var isConnection = false
        var isLeftOpen = false
        /// The handle for which libcurl had it watched last.
        var user: ObjectIdentifier?
    }

    let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    /// Connections that libcurl keeps count too.
    private let budget: IdleBudget
    private var sockets: [WatchedSocket] = []
    private var timer: LoopTimer?
    private var timerDue: Instant?
    /// While libcurl runs it sets its timer again and again; only the last wish counts.
    private var isActing = false
    private var timerWish: Int?
    /// Handles whose names have been looked up since libcurl was called.
    private var found: [CurlEasy] = []
    /// Handles that gave up an address since libcurl was called.
    private var stalled: [CurlEasy] = []
    /// How many handles are in libcurl's hands.
    private(set) var easyCount = 0
    private(set) var pooledCount = 0
    /// How many of the handles leave their connections to be kept.
    private var leavingCount = 0
    private var released: [Int32] = []
    /// When the last of them was taken out.
    private(set) var unusedSince: Instant
    private var isClosing = false
    private var isClosed = false

    init(on loop: EventLoop, budget: IdleBudget) {
        self.loop = loop
        self.budget = budget
        unusedSince = loop.turnTime
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("libcurl gave no multi handle: out of memory") }
        unsafe self.multi = multi
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_multi_set_socket_callback(multi, CurlCallbacks.socket, context)
        unsafe ccurl_multi_set_timer_callback(multi, CurlCallbacks.timer, context)
        // By itself it closes connections that are kept for later when little is going on.
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Int(Int32.max))
        // One request at a time on an HTTP/2 connection, too: only its end stops a provider at once, and bounds what an unread stream costs.
        unsafe ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        timer = LoopTimer(on: loop) { [unowned self] in timerFired() }
    }

    deinit { cleanUp() }

    /// Closes the connections that it keeps, and lets go of all as soon as no handle is at work.
    func close() {
        isClosing = true
        guard easyCount > 0 || isActing else { return cleanUp() }
        for index in sockets.indices where sockets[index].use == .pooled {
            makeUseless(Int32(index))
        }
    }

    private func cleanUp() {
        guard !isClosed else { return }
        isClosed = true
        timer?.cancel()
        timer = nil  // libcurl still sets timers while it cleans up
        unsafe curl_multi_cleanup(multi)
        budget.count -= pooledCount
        pooledCount = 0
    }

    // MARK: - Handles

    /// Puts a handle into libcurl's hands. It is looked at in the loop's next turn.
    ///
    /// - Returns: libcurl's complaint, 0 for none.
    func add(_ easy: CurlEasy) -> Int {
        guard !isClosed else { return Int(CURLM_BAD_HANDLE.rawValue) }
        let hasPlace = easy.wantsPlace(mayKeepOne)
        let added = unsafe curl_multi_add_handle(multi, easy.easy)
        guard added == CURLM_OK else { return Int(added.rawValue) }
        easy.isAdded = true
        easy.hasOpened = false
        easyCount += 1
        easy.hasPlace = hasPlace
        if hasPlace { leavingCount += 1 }
        return 0
    }

    /// The same, and has it looked at now, which spares a turn of the loop. Not to be called from what libcurl calls.
    func start(_ easy: CurlEasy) -> Int {
        isActing = true
        let complaint = add(easy)
        isActing = false
        if complaint == 0 { act(on: CURL_SOCKET_TIMEOUT, events: 0) }
        return complaint
    }

    /// Takes a handle out of libcurl's hands. What it has not completed loses its connection.
    func takeOut(_ easy: CurlEasy) {
        guard easy.isAdded else { return }
        easy.isAdded = false
        easyCount -= 1
        if easy.hasPlace { leavingCount -= 1 }
        unusedSince = loop.turnTime
        unsafe curl_multi_remove_handle(multi, easy.easy)
        guard !isActing else { return }
        forgetReleased()
        if isClosing, easyCount == 0 { cleanUp() }
    }

    /// Whether one more of the connections in use may be kept: libcurl's own bound counts all of them, and lags behind.
    private var mayKeepOne: Bool { !isClosing && leavingCount < pooledCount + budget.countMax - budget.count }

    // MARK: - Events

    func ready(_ socket: Int32, _ events: Readiness) {
        let index = Int(socket)
        guard sockets.indices.contains(index) else { return }
        switch sockets[index].use {
        case .active: break
        case .paused: return forget(socket)  // until it is resumed, or the loop would spin
        case .pooled: return readyWhilePooled(socket, events)
        case .released: return forget(socket)
        }
        var mask: Int32 = 0
        if events.contains(.read) || events.contains(.hangUp) || events.contains(.peerClosed) { mask |= CURL_CSELECT_IN }
        if events.contains(.write) { mask |= CURL_CSELECT_OUT }
        if events.contains(.error) { mask |= CURL_CSELECT_ERR }
        act(on: socket, events: mask)
    }

    /// libcurl reads what has come before it uses the connection again. Of one that is closed it hears no sooner.
    private func readyWhilePooled(_ socket: Int32, _ events: Readiness) {
        if events.contains(.peerClosed) || events.contains(.hangUp) || events.contains(.error) { return makeUseless(socket) }
        loop.modify(socket, .peerClosed)
        sockets[Int(socket)].interest = .peerClosed
    }

    private func act(on socket: Int32, events: Int32) {
        var running: Int32 = 0
        isActing = true
        unsafe curl_multi_socket_action(multi, socket, events, &running)
        takeMessages()
        isActing = false
        forgetReleased()
        if let milliseconds = timerWish { setTimer(milliseconds: milliseconds) }
        timerWish = nil
        // Only now: what is added or run here has a wish of its own.
        tellFound()
        runStalled()
        if isClosing, easyCount == 0 { cleanUp() }
    }

    private func takeMessages() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            var result = CURLE_OK
            guard let easy = unsafe ccurl_message_done(message, &result) else { continue }
            unsafe CurlEasy.of(easy)?.ended(result)
        }
    }

    /// Outside libcurl's callbacks, where handles may be added and taken out.
    private func tellFound() {
        guard !found.isEmpty else { return }
        let told = found
        found = []
        for easy in told where easy.pool.isLookingUp(easy) {
            easy.pool.lookUpEnded(by: easy, .found)
            // Now: it may be all that keeps the multi handle of a pool that is closed.
            if easy.waiter == nil { easy.putAway() }
        }
    }

    private func runStalled() {
        guard !stalled.isEmpty else { return }
        let run = stalled
        stalled = []
        for easy in run where easy.isAdded && easy.isConnecting { easy.runSoon() }
    }

    /// A transfer has ended well, and its connection is still open.
    ///
    /// - Returns: whether it is kept.
    func keeps(_ socket: Int32, by easy: CurlEasy) -> Bool {
        let index = Int(socket)
        guard isConnection(index, of: easy) else { return sockets.indices.contains(index) && sockets[index].use == .pooled }
        // The transfers of other endpoints may have left more since this one was told that its connection may stay.
        guard !isClosing, budget.count < budget.countMax else {
            makeUseless(socket)
            return false
        }
        setUse(index, .pooled)
        // A transfer that was paused at its end is not watched.
        if !sockets[index].isRegistered { register(index, .read) }
        return true
    }

    /// A transfer has failed. Should libcurl keep its connection all the same, it finds it closed when it comes to use it, and the peer at once.
    func giveUp(_ socket: Int32, by easy: CurlEasy) {
        if isConnection(Int(socket), of: easy) { makeUseless(socket) }
    }

    private func makeUseless(_ socket: Int32) {
        Socket.makeUseless(socket, &loop.scratch)
        forget(socket)
        setUse(Int(socket), .active)
    }

    /// libcurl remembers a handle's last connection although another may use it by now.
    private func isConnection(_ index: Int, of easy: CurlEasy) -> Bool {
        sockets.indices.contains(index) && sockets[index].isConnection && sockets[index].user == ObjectIdentifier(easy)
    }

    /// What no transfer has left open is not watched any more: libcurl may have closed it without a word.
    private func forgetReleased() {
        for socket in released where sockets[Int(socket)].use == .released {
            forget(socket)
            sockets[Int(socket)].use = .active
        }
        released.removeAll(keepingCapacity: true)
    }

    // MARK: - Sockets

    /// libcurl's wish for a socket: CURL_POLL_IN, OUT, INOUT, or REMOVE.
    ///
    /// - Parameter easy: the handle that uses it.
    func watch(_ socket: Int32, what: Int32, for easy: CurlEasy?) {
        let index = grow(to: socket)
        guard what != CURL_POLL_REMOVE else {
            guard sockets[index].isConnection else { return forget(socket) }
            if let easy, easy.isConnecting { stalled.append(easy) }
            setUse(index, easy?.isPaused == true ? .paused : .released)
            released.append(socket)
            return
        }
        sockets[index].user = easy.map { ObjectIdentifier($0) }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.read) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.write) }
        if !sockets[index].isRegistered {
            register(index, interest)
        } else if sockets[index].interest != interest {
            loop.modify(socket, interest)
            sockets[index].interest = interest
        }
        setUse(index, .active)
    }

    private func register(_ index: Int, _ interest: Readiness) {
        // Refused for lack of memory: what waits for the socket ends in its time-outs.
        sockets[index].isRegistered = loop.register(Int32(index), interest, self)
        sockets[index].interest = interest
    }

    private func grow(to socket: Int32) -> Int {
        let index = Int(socket)
        while sockets.count <= index { sockets.append(WatchedSocket()) }
        return index
    }

    private func setUse(_ index: Int, _ use: WatchedSocket.Use) {
        let change = (use == .pooled ? 1 : 0) - (sockets[index].use == .pooled ? 1 : 0)
        pooledCount += change
        budget.count += change
        sockets[index].use = use
    }

    /// The socket of an open connection is somebody else's to watch from now on.
    func stopWatching(_ socket: Int32) {
        forget(socket)
        setUse(Int(socket), .active)
    }

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

    /// libcurl has opened a socket for a handle: it knows the address, unless it looks it up behind a proxy.
    func opened(_ socket: Int32, for easy: CurlEasy) {
        let index = grow(to: socket)
        forget(socket)
        setUse(index, .active)
        sockets[index] = WatchedSocket(isConnection: true)
        easy.hasOpened = true
        if easy.pool.nextHop?.looksUpBehindProxy != true { nameIsKnown(to: easy) }
    }

    /// A handle needs no look-up any more.
    func nameIsKnown(to easy: CurlEasy) {
        if easy.pool.isLookingUp(easy) { found.append(easy) }
    }

    func close(_ socket: Int32) {
        let index = Int(socket)
        if sockets.indices.contains(index) {
            forget(socket)
            setUse(index, .active)
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
        guard due <= Instant.now else {
            timer?.schedule(at: due)
            return
        }
        timerDue = nil
        act(on: CURL_SOCKET_TIMEOUT, events: 0)
    }
}
