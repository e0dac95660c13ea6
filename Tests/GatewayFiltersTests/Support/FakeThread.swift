import Foundation
import GatewayCore
import Synchronization

/// Stands for a worker's thread: what runs on it never runs beside anything else that does.
///
/// An actor on a thread of its own that its tasks prefer too, as a worker's do: Swift 6.3 calls closures with a generic result outside of the actor that
/// they were given to, and those stay on the thread all the same.
actor FakeThread {
    private nonisolated let executor = ThreadExecutor.lend()

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    deinit { ThreadExecutor.giveBack(executor) }

    func run(_ operation: () async -> Void) async {
        await withTaskExecutorPreference(executor) { await operation() }
    }

    /// Runs `body` here, with a worker that belongs here.
    func run<Result: Sendable, Failure: Error>(
        now: ContinuousClock.Instant = .now, _ body: @Sendable (FakeWorker) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let worker = FakeWorker(now: now, thread: self)
        defer { worker.forgetRefreshes() }
        return try await withTaskExecutorPreference(executor) { () async throws(Failure) in try await body(worker) }
    }
}

/// A thread that runs jobs one after another. It is lent and given back, and never ends: jobs may still look at it when they are done.
private final class ThreadExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private static let idle = Mutex<[ThreadExecutor]>([])
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []

    static func lend() -> ThreadExecutor { idle.withLock { $0.popLast() } ?? ThreadExecutor() }

    static func giveBack(_ executor: ThreadExecutor) { idle.withLock { $0.append(executor) } }

    private init() {
        Thread { self.work() }.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    private func work() -> Never {
        while true {
            condition.lock()
            while jobs.isEmpty { condition.wait() }
            let job = jobs.removeFirst()
            condition.unlock()
            unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }
}
