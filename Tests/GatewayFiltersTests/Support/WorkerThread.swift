import Dispatch
import Foundation
import GatewayCore
import Synchronization

/// Stands for a worker's thread as `FakeThread` does, and closely enough for ThreadSanitizer.
///
/// An actor with an executor of its own that its tasks prefer too, as a worker's do: Swift 6.3 calls closures with a generic result outside of the actor that
/// they were given to, and those stay on its executor all the same.
actor WorkerThread {
    private nonisolated let executor = ThreadExecutor.lend()

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    deinit { ThreadExecutor.giveBack(executor) }

    func run(_ operation: () async -> Void) async {
        await withTaskExecutorPreference(executor) { await operation() }
    }

    func run<Result: Sendable, Failure: Error>(_ body: @Sendable () async throws(Failure) -> Result) async throws(Failure) -> Result {
        try await withTaskExecutorPreference(executor) { () async throws(Failure) in try await body() }
    }
}

/// Runs jobs one after another, on as many threads as there are processors for all executors together, which take turns job by job. It is lent and given
/// back, and never ends: jobs may still look at it when they are done.
final class ThreadExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private static let idle = Mutex<[ThreadExecutor]>([])
    /// Not a Mutex: ThreadSanitizer sees the order that this one makes.
    private let lock = NSLock()
    private var jobs: [UnownedJob] = []
    private var isDue = false

    static func lend() -> ThreadExecutor { idle.withLock { $0.popLast() } ?? ThreadExecutor() }

    static func giveBack(_ executor: ThreadExecutor) { idle.withLock { $0.append(executor) } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        lock.withLock {
            jobs.append(job)
            if !isDue { callUp() }
        }
    }

    /// - Precondition: called under the lock.
    private func callUp() {
        isDue = true
        DispatchQueue.global().async { self.runOne() }
    }

    private func runOne() {
        let job = lock.withLock { jobs.removeFirst() }
        unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        lock.withLock {
            isDue = false
            if !jobs.isEmpty { callUp() }
        }
    }
}
