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
actor LoopActor {
    /// Owned by the loop; a task of the loop keeps both.
    private unowned let loop: EventLoop

    init(_ loop: EventLoop) { self.loop = loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    func run(_ operation: sending () async -> Void) async { await operation() }
}
