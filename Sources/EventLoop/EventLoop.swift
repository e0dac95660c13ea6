import CLinux
package import MonotonicClock
package import Synchronization

/// Is told when a file descriptor it registered is ready.
package protocol EventHandler: AnyObject {
    func ready(_ fileDescriptor: Int32, _ events: Readiness)
}

/// One thread's event loop, and the executor of the tasks that belong to it.
///
/// `run()` never returns until `stop()`: it takes events of one epoll set, timers and the jobs of its tasks in turn. Everything but
/// `enqueue`, `execute` and `stop` may be used on that thread only, which is why the class may call itself Sendable.
package final class EventLoop: @unchecked Sendable {
    private struct Registration {
        var handler: (any EventHandler)?
        var generation: UInt32
    }

    private let epoll = Epoll()
    private let wakeDescriptor: Int32
    private var registrations: [Registration] = []
    var jobs: [UnownedJob] = []
    /// The jobs of the round under way: two buffers take turns, so that rounds allocate nothing.
    private var batch: [UnownedJob] = []
    private static let keptJobsMax = 1024
    /// Signals that have come and have a handler, and those of the round under way.
    private var signals: [LoopSignal] = []
    private var signalBatch: [LoopSignal] = []
    private let mailbox = Mutex<[Letter]>([])
    private let isWakeUpSent = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let isRunning = Atomic<Bool>(false)
    var timers = TimerHeap()
    private var turnEnd = TurnEnd()
    private lazy var isolation = LoopActor(self)
    private var idleRunners: [LoopTaskRunner] = []
    /// Each holds the memory of its task, some 16 KiB after a request.
    private static let idleRunnersMax = 64
    private var isLettingGo = false

    /// Bumped each turn; a watcher that sees it stand still while work waits knows that the loop hangs.
    package let turns = Atomic<Int>(0)

    /// When this turn began: what time-outs count from, without a look at the clock for each.
    package private(set) var turnTime = Instant.now

    /// When what the last turn had to send had been sent, for those who are told of that.
    package private(set) var sendsEnded = Instant.now

    /// Goes up whenever the handlers of all descriptors that were ready have been told or are about to be, before any task runs again.
    package private(set) var eventRound = 0

    /// Read into by every connection of the loop, one at a time.
    package var scratch = [UInt8](repeating: 0, count: 64 << 10)

    enum Letter {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    package init() {
        wakeDescriptor = clinux_eventfd()
        precondition(wakeDescriptor >= 0, "the kernel gave no eventfd: too many open files")
        _ = epoll.add(wakeDescriptor, .read, token: Self.wakeToken)
    }

    deinit { clinux_close(wakeDescriptor) }

    private static let wakeToken = UInt64.max

    package var isCurrent: Bool { CurrentThread.isRunning(self) }

    /// Ends a debug build whose caller uses what is the loop's from another thread.
    func assertOwned() { assert(isCurrent || !isRunning.load(ordering: .relaxed), "what belongs to a loop was used on another thread") }

    // MARK: - From any thread

    /// Runs `body` on the loop's thread in one of its next turns.
    package func execute(_ body: @escaping @Sendable () -> Void) { post(.call(body)) }

    /// Ends `run()` after its current turn.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp()
    }

    func post(_ letter: Letter) {
        mailbox.withLock { $0.append(letter) }
        wakeUp()
    }

    private func wakeUp() {
        if !isWakeUpSent.exchange(true, ordering: .acquiringAndReleasing) { clinux_eventfd_signal(wakeDescriptor) }
    }

    // MARK: - On the loop's thread

    /// Calls `handler` when the descriptor is ready, and keeps it alive until `deregister`.
    ///
    /// - Returns: false when the kernel refuses (the descriptor is closed, or memory is out).
    @discardableResult
    package func register(_ fileDescriptor: Int32, _ interest: Readiness, _ handler: any EventHandler) -> Bool {
        assertOwned()
        let index = Int(fileDescriptor)
        while registrations.count <= index { registrations.append(Registration(handler: nil, generation: 0)) }
        registrations[index].generation &+= 1
        registrations[index].handler = handler
        guard epoll.add(fileDescriptor, interest, token: token(index)) == 0 else {
            registrations[index].handler = nil
            return false
        }
        return true
    }

    package func modify(_ fileDescriptor: Int32, _ interest: Readiness) {
        epoll.modify(fileDescriptor, interest, token: token(Int(fileDescriptor)))
    }

    package func deregister(_ fileDescriptor: Int32) {
        assertOwned()
        let index = Int(fileDescriptor)
        guard index < registrations.count, registrations[index].handler != nil else { return }
        registrations[index].handler = nil
        registrations[index].generation &+= 1
        epoll.remove(fileDescriptor)
    }

    private func token(_ index: Int) -> UInt64 {
        UInt64(registrations[index].generation) << 32 | UInt64(index)
    }

    /// Runs `operation` as a task of this loop: nowhere else, and not before the caller has returned.
    package func spawn(_ operation: @escaping @Sendable () async -> Void) {
        assertOwned()
        if let runner = idleRunners.popLast() { return runner.take(operation) }
        let runner = LoopTaskRunner(operation, on: self)
        let isolation = isolation
        Task(executorPreference: self) { await isolation.run { await runner.work() } }
    }

    /// Keeps a task that has nothing to do.
    ///
    /// - Returns: false when enough are kept, or the loop ends.
    func keepIdle(_ runner: LoopTaskRunner) -> Bool {
        guard idleRunners.count < Self.idleRunnersMax, !isLettingGo else { return false }
        idleRunners.append(runner)
        return true
    }

    /// Tells `sender` once, when the jobs of this turn have run and before the loop waits: what several of them want to send leaves together.
    package func atEndOfTurn(tell sender: any TurnEndHandler) {
        assertOwned()
        turnEnd.append(sender: sender)
    }

    /// Tells `handler` once, when what this turn has to send has been sent: for work that nobody waits for.
    package func afterSends(tell handler: any TurnEndHandler) {
        assertOwned()
        turnEnd.append(other: handler)
    }

    /// Has the signal's handler called once the jobs of this round have run.
    func tellHandler(of signal: LoopSignal) {
        assertOwned()
        signals.append(signal)
    }

    /// Blocks the calling thread until `stop()`.
    package func run() {
        CurrentThread.enter(self)
        isRunning.store(true, ordering: .relaxed)
        defer {
            isRunning.store(false, ordering: .relaxed)
            CurrentThread.leave()
        }
        while !isStopping.load(ordering: .acquiring) {
            runJobs()
            endTurn()
            let wait = millisecondsToWait()
            let count = epoll.wait(milliseconds: wait)
            turnTime = .now
            if count < Epoll.capacity { eventRound &+= 1 }
            for index in 0..<count {
                let event = epoll.event(index)
                dispatch(event.token, event.ready)
            }
            turns.add(1, ordering: .relaxed)
            fireTimers()
        }
        takeMail()
        isLettingGo = true
        for runner in idleRunners { runner.end() }
        idleRunners = []
        runJobs()
        endTurn()
        letGo()
    }

    /// Handlers and timers keep the loop, and it them: without this a loop that has ended would stay for ever.
    private func letGo() {
        // Taken out first: what ends here may still call timers and descriptors off.
        let handlers = registrations
        for index in registrations.indices { registrations[index] = Registration(handler: nil, generation: handlers[index].generation &+ 1) }
        let timers = timers.removeAll()
        withExtendedLifetime((handlers, timers)) {}
    }

    private func endTurn() {
        while true {
            while let senders = turnEnd.takeSenders() { tell(senders) }
            guard let others = turnEnd.takeOthers() else { return }
            sendsEnded = .now
            tell(others)
        }
    }

    private func tell(_ handlers: consuming [any TurnEndHandler]) {
        for index in handlers.indices { handlers[index].turnEnds() }
        handlers.removeAll(keepingCapacity: true)
        turnEnd.giveBack(handlers)
    }

    private func dispatch(_ token: UInt64, _ ready: Readiness) {
        if token == Self.wakeToken {
            takeMail()
            return
        }
        let index = Int(token & 0xffff_ffff)
        let registration = registrations[index]
        guard registration.generation == UInt32(token >> 32), let handler = registration.handler else { return }
        handler.ready(Int32(index), ready)
    }

    private func takeMail() {
        clinux_eventfd_clear(wakeDescriptor)
        isWakeUpSent.store(false, ordering: .releasing)
        let letters = mailbox.withLock { letters in
            defer { letters = [] }
            return letters
        }
        for letter in letters {
            switch letter {
            case .job(let job): jobs.append(job)
            case .call(let body): body()
            }
        }
    }

    private func millisecondsToWait() -> Int32 {
        guard jobs.isEmpty, signals.isEmpty else { return 0 }
        guard let earliest = timers.earliest else { return -1 }
        let wait = Instant.now.duration(to: earliest).components
        guard wait.seconds >= 0, wait.attoseconds >= 0 else { return 0 }
        let milliseconds = wait.seconds.multipliedReportingOverflow(by: 1000)
        guard !milliseconds.overflow else { return Int32.max }
        return Int32(clamping: milliseconds.partialValue + (wait.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private func fireTimers() {
        guard timers.earliest != nil else { return }
        while let handler = timers.popDue(turnTime) { handler() }
    }

    /// Runs what is ready. Jobs that jobs make ready run too, but not for ever: events get their turn.
    private func runJobs() {
        var rounds = 0
        while !jobs.isEmpty || !signals.isEmpty, rounds < 16 {
            swap(&jobs, &batch)
            for job in batch { run(job) }
            batch.removeAll(keepingCapacity: batch.count <= Self.keptJobsMax)
            swap(&signals, &signalBatch)
            for signal in signalBatch { signal.callHandler() }
            signalBatch.removeAll(keepingCapacity: signalBatch.count <= Self.keptJobsMax)
            rounds += 1
        }
    }
}
