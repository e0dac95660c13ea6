/// A task of a loop that does one operation after another. Belongs to the loop's thread.
///
/// The stack of a task grows with its first operation, in a dozen pieces, and is given back when the task ends: one that stays has it for the next.
final class LoopTaskRunner: @unchecked Sendable {
    private let loop: EventLoop
    private var operation: (@Sendable () async -> Void)?
    private let wakeUp = LoopSignal()

    init(_ operation: @escaping @Sendable () async -> Void, on loop: EventLoop) {
        self.operation = operation
        self.loop = loop
    }

    /// Returns when no more work is to come.
    func work() async {
        while operation != nil {
            await perform()
            guard loop.keepIdle(self) else { return }
            await wakeUp.wait()
        }
    }

    /// In a function of its own, so that nothing of the operation is kept while the task is idle.
    private func perform() async {
        guard let operation else { return }
        self.operation = nil
        await operation()
    }

    func take(_ operation: @escaping @Sendable () async -> Void) {
        self.operation = operation
        wakeUp.signal()
    }

    func end() { wakeUp.signal() }
}
