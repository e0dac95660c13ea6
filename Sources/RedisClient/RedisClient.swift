package import EventLoop
package import GatewayCore
import MonotonicClock

/// One worker's way to Redis: a connection that is kept up, and the commands on it. Belongs to the loop's thread.
///
/// A command is sent once, on the connection that stands, or fails at once: nothing queues up for a Redis that is away. Only while a
/// connection is being made for the first time, or to where the keys have moved, commands wait for it. What comes later than the deadline is
/// dropped; after several such in a row commands are kept back until a probe is answered in time.
package final class RedisClient: RedisPort, @unchecked Sendable {
    static let heartbeat = Duration.seconds(5)
    /// No reply for so long, although something was asked: the connection is given up.
    static let silenceMax = Duration.seconds(1)
    private static let scriptTriesMax = 3
    /// Commands that wait for a connection.
    private static let waitingMax = 4096

    package let settings: RedisSettings
    private let loop: EventLoop
    private let keyPrefix: [UInt8]
    private weak var observer: (any RedisObserver)?
    private let locator: RedisLocator
    private var connection: RedisConnection?
    private var breaker = RedisBreaker()
    private var backOff = RedisBackOff()
    private var refusals = RedisRefusals()
    private var scripts = RedisScripts()
    private var commandNumber = 0
    private var pulse: LoopTimer?
    private let wakeUp = LoopSignal()
    private var waiting: [LoopSignal] = []
    private var waitsUntil: Instant
    private var isRetired = false
    private var hasBeenUp = false
    package private(set) var state = RedisState.connecting

    /// Connects, and stays connected until `retire()`.
    package init(_ settings: RedisSettings, on loop: EventLoop, observer: (any RedisObserver)? = nil) {
        self.settings = settings
        self.loop = loop
        self.observer = observer
        keyPrefix = Array("{\(settings.keyTag)}:".utf8)
        locator = RedisLocator(settings, on: loop)
        waitsUntil = Instant.now.advanced(by: settings.connectTimeout)
        pulse = LoopTimer(on: loop) { [weak self] in self?.pulseFired() }
        loop.spawn { [self] in await keepConnected() }
    }

    // MARK: - Commands

    package var isAvailable: Bool { connection != nil ? !breaker.isOpen : isConnecting }

    private var isConnecting: Bool { state == .connecting && loop.turnTime < waitsUntil && waiting.count < Self.waitingMax && !isRetired }

    package func send(_ command: [[UInt8]]) async throws(RedisFailure) -> RedisReply {
        precondition(command.count >= 2, "a command needs a key")
        let began = Instant.now
        var command = command
        command[1] = keyPrefix + command[1]
        return try answer(await perform(command, deadline: began.advanced(by: settings.deadline)), since: began)
    }

    package func run(_ script: RedisScript, keys: [[UInt8]], arguments: [[UInt8]]) async throws(RedisFailure) -> RedisReply {
        let began = Instant.now
        let tail = [Array(String(keys.count).utf8)] + keys.map { keyPrefix + $0 } + arguments
        return try answer(await evaluate(scripts.entry(script), tail, deadline: began.advanced(by: settings.deadline)), since: began)
    }

    /// By digest; with the whole text where Redis does not know it, unless another command has brought it meanwhile.
    private func evaluate(_ script: RedisScripts.Entry, _ tail: [[UInt8]], deadline: Instant) async -> RedisOutcome {
        var outcome = RedisOutcome.failure(.unavailable)
        var withSource = false
        for _ in 0..<Self.scriptTriesMax {
            commandNumber += 1
            let number = commandNumber
            if withSource { script.loadedBy = number }
            let head = withSource ? [Array("EVAL".utf8), script.source] : [Array("EVALSHA".utf8), script.digest]
            outcome = await perform(head + tail, deadline: deadline)
            guard case .failure(.refused(let refusal)) = outcome, refusal.code == "NOSCRIPT" else { return outcome }
            withSource = script.loadedBy <= number
        }
        return outcome
    }

    private func perform(_ command: [[UInt8]], deadline: Instant) async -> RedisOutcome {
        if connection == nil, isConnecting { await connected(by: deadline) }
        guard let connection, !breaker.isOpen else { return .failure(.unavailable) }
        let outcome = await connection.send(command, deadline: deadline)
        guard connection === self.connection else { return outcome }
        learn(outcome, connection)
        return outcome
    }

    /// Returns when there is a connection, when there is none, or at the deadline.
    private func connected(by deadline: Instant) async {
        let signal = LoopSignal()
        let timer = LoopTimer(on: loop) { signal.signal() }
        timer.schedule(at: deadline)
        waiting.append(signal)
        await signal.wait()
        timer.cancel()
    }

    private func answer(_ outcome: RedisOutcome, since began: Instant) throws(RedisFailure) -> RedisReply {
        let time = began.duration(to: .now)
        switch outcome {
        case .success(let reply):
            observer?.redisAnswered(after: time, failure: nil)
            return reply
        case .failure(let problem):
            observer?.redisAnswered(after: time, failure: problem.failure)
            throw problem.failure
        }
    }

    // MARK: - What outcomes tell of Redis

    private func learn(_ outcome: RedisOutcome, _ connection: RedisConnection) {
        switch outcome {
        case .success:
            breaker.answered()
            backOff.reset()
            if refusals.answered(at: loop.turnTime) { tell() }
        case .failure(.timedOut):
            guard breaker.timedOut(at: loop.turnTime) else { return }
            tell()
            pulse?.schedule(after: breaker.pause)
        case .failure(.refused(let refusal)):
            breaker.answered()
            learn(refusal, connection)
        case .failure(.unavailable), .failure(.connectionLost): break
        }
    }

    private func learn(_ refusal: RedisRefusal, _ connection: RedisConnection) {
        switch RedisRefusals.Meaning(refusal.code) {
        case .ofTheCommand: break
        case .ofTheServer:
            if refusals.refused(refusal.code, at: loop.turnTime) { tell() }
        case .wrongServer:
            connection.end(.refused(code: refusal.code))
        case .moved:
            locator.redirect(refusal.target(asked: connection.address))
            connection.end(.moved)
        }
    }

    // MARK: - The connection

    private func keepConnected() async {
        while !isRetired {
            let trouble = await connectOnce()
            guard !isRetired else { return }
            if trouble == .moved {
                waitsUntil = loop.turnTime.advanced(by: settings.connectTimeout)
                tell(.connecting)
            } else {
                tell(.down(trouble))
            }
            await pause(backOff.next(share: Double.random(in: 0..<1)))
        }
    }

    /// - Returns: why the connection ended, or could not be made.
    private func connectOnce() async -> RedisTrouble {
        do throws(RedisTrouble) {
            let made = try await locator.connect()
            guard !isRetired else {
                made.end(.retired)
                return .retired
            }
            isUp(made)
            let trouble = await made.ended()
            connection = nil
            pulse?.cancel()
            return trouble
        } catch {
            return error
        }
    }

    private func isUp(_ made: RedisConnection) {
        connection = made
        breaker = RedisBreaker()
        refusals = RedisRefusals()
        if hasBeenUp { observer?.redisReconnected() }
        hasBeenUp = true
        tell()
        pulse?.schedule(after: Self.heartbeat)
    }

    private func pause(_ time: Duration) async {
        let timer = LoopTimer(on: loop) { [wakeUp] in wakeUp.signal() }
        timer.schedule(after: time)
        await wakeUp.wait()
        timer.cancel()
    }

    /// Lets go of Redis once what was asked is answered. No command may follow.
    package func retire() {
        guard !isRetired else { return }
        isRetired = true
        observer = nil
        pulse?.cancel()
        wakeUp.signal()
        letGo()
        guard let connection else { return }
        self.connection = nil
        guard connection.pendingCount > 0 else { return connection.end(.retired) }
        let timer = LoopTimer(on: loop) { connection.end(.retired) }
        timer.schedule(after: settings.deadline + .milliseconds(1))
    }

    // MARK: - Heartbeats and probes

    private func pulseFired() {
        loop.spawn { [self] in await probe() }
    }

    /// Asks whether Redis answers, and how soon.
    private func probe() async {
        guard let connection, !isRetired else { return }
        let began = Instant.now
        let outcome = await connection.send([[UInt8]](command: "PING"), deadline: began.advanced(by: Self.silenceMax))
        guard connection === self.connection, !isRetired else { return }
        guard outcome != .failure(.timedOut) else { return connection.end(.silent) }
        if breaker.isOpen, began.duration(to: .now) <= settings.deadline {
            breaker.close(at: loop.turnTime)
            tell()
        }
        pulse?.schedule(after: breaker.isOpen ? breaker.pause : Self.heartbeat)
    }

    // MARK: - State

    private func tell() {
        if breaker.isOpen { return tell(.slow) }
        tell(refusals.code.map { .refusing(code: $0) } ?? .up)
    }

    private func tell(_ state: RedisState) {
        guard state != self.state else { return }
        self.state = state
        if state != .connecting { letGo() }
        observer?.redisChanged(to: state)
    }

    /// Those who wait for a connection look again.
    private func letGo() {
        let signals = waiting
        waiting = []
        for signal in signals { signal.signal() }
    }
}
