import CLinux

extension EventLoop: SerialExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            jobs.append(job)
        } else {
            post(.job(job))
        }
    }

    package func checkIsolated() {
        precondition(isCurrent, "code of one worker ran on another thread")
    }

    func run(_ job: UnownedJob) {
        unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    }
}

/// Jobs that the runtime has no executor for: what a loop's thread makes ready stays on that thread.
///
/// The runtime resumes a continuation on the global pool, and sends it from there to the actor whose code goes on. A task executor of one's own
/// prevents that too, and has each change of function ask for it under a lock: 4 % of a request.
enum OrphanJobs {
    static let areKept: Bool = {
        unsafe clinux_offer_global_jobs { job in
            guard let job = unsafe job, let loop = CurrentThread.loop else { return 0 }
            loop.jobs.append(unsafe unsafeBitCast(job, to: UnownedJob.self))
            return 1
        }
        return true
    }()
}

/// The isolation of a loop's tasks: what they touch stays on the loop's thread, and the compiler knows it.
@safe
actor LoopActor {
    /// Of the loop that owns this actor; a task of the loop keeps both.
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(_ loop: EventLoop) { unsafe unownedExecutor = loop.asUnownedSerialExecutor() }

    /// Starts a task that is isolated to this actor from its first instruction on, so that it never runs anywhere else.
    func start(_ operation: @escaping @Sendable () async -> Void) { Task { await run(operation) } }

    private func run(_ operation: @Sendable () async -> Void) async { await operation() }
}
