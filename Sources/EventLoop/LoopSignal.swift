/// Lets one task wait until something changed on its loop. Belongs to the loop's thread.
///
/// A signal without a waiter is remembered, so that nothing is missed between a look at the state and the wait.
@safe
package final class LoopSignal {
    private var waiter: UnsafeContinuation<Void, Never>?
    private var isSignalled = false

    package init() {}

    /// Returns after the next `signal()`, at once if one came since the last wait.
    package func wait() async {
        if isSignalled {
            isSignalled = false
            return
        }
        await unsafe withUnsafeContinuation { continuation in
            unsafe precondition(waiter == nil, "two tasks waited for one signal")
            unsafe waiter = continuation
        }
    }

    package func signal() {
        guard let waiting = unsafe waiter else {
            isSignalled = true
            return
        }
        unsafe waiter = nil
        unsafe waiting.resume()
    }

    /// Forgets a signal that nobody waited for.
    package func reset() { isSignalled = false }
}
