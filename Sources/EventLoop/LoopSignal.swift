/// Lets one task wait until something changed on its loop, or has a handler called whenever something did. Belongs to the loop's thread.
///
/// A signal without a waiter is remembered, so that nothing is missed between a look at the state and the wait.
@safe
package final class LoopSignal {
    private var waiter: UnsafeContinuation<Void, Never>?
    private var isSignalled = false
    private var handler: (() -> Void)?
    private var loop: EventLoop?

    package init() {}

    /// Returns after the next `signal()`, at once if one came since the last wait.
    package func wait() async {
        if isSignalled {
            isSignalled = false
            return
        }
        await unsafe withUnsafeContinuation { continuation in
            unsafe precondition(waiter == nil, "two tasks waited for one signal")
            // A task that has to change executors to wait may find that the signal has come meanwhile.
            guard !isSignalled else {
                isSignalled = false
                return unsafe continuation.resume()
            }
            unsafe waiter = continuation
        }
    }

    package func signal() {
        if let loop {
            if !isSignalled { loop.tellHandler(of: self) }
            isSignalled = true
            return
        }
        guard let waiting = unsafe waiter else {
            isSignalled = true
            return
        }
        unsafe waiter = nil
        unsafe waiting.resume()
    }

    /// Has `handler` called between the jobs of `loop`, once for all signals that came since it was called last, until `removeHandler`. It costs
    /// less than a task that is woken for each.
    package func onSignal(on loop: EventLoop, _ handler: @escaping () -> Void) {
        unsafe precondition(waiter == nil, "a task waits for the signal")
        self.handler = handler
        self.loop = loop
        isSignalled = false
    }

    package func removeHandler() {
        handler = nil
        loop = nil
    }

    func callHandler() {
        // Removed since the signal: that is for who waits next.
        guard let handler else { return }
        isSignalled = false
        handler()
    }

    /// Forgets a signal that nobody waited for.
    package func reset() { isSignalled = false }
}
