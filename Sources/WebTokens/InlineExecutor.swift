import Synchronization

/// Runs one async operation on the calling thread, from its first step to its last.
///
/// For operations that are async by their form alone: JWTKit's collection of keys is an actor, and nobody else uses the one that a key is
/// made with. An actor without an executor of its own runs where its task prefers to (SE-0417), so every step comes here.
@safe
final class InlineExecutor: TaskExecutor {
    private let waiting = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        waiting.withLock { $0.append(job) }
    }

    static func run<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) -> Value {
        let executor = InlineExecutor()
        let result = Mutex<Value?>(nil)
        let box = Box(result)
        Task(executorPreference: executor) {
            let value = await operation()
            box.value.withLock { $0 = value }
        }
        while let job = executor.waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor())
        }
        guard let value = box.value.withLock({ $0 }) else { preconditionFailure("an operation waited for something outside of itself") }
        return value
    }

    private final class Box<Value: Sendable>: Sendable {
        let value: Mutex<Value?>
        init(_ value: consuming Mutex<Value?>) { self.value = value }
    }
}
