extension EventLoop: SerialExecutor, TaskExecutor {
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
        unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
}

/// The isolation of a loop's tasks: what they touch stays on the loop's thread, and the compiler knows it.
@safe
actor LoopActor {
    /// Of the loop that owns this actor; a task of the loop keeps both.
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(_ loop: EventLoop) { unsafe unownedExecutor = loop.asUnownedSerialExecutor() }

    func run(_ operation: sending () async -> Void) async { await operation() }
}
