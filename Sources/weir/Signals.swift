import Dispatch
import GatewayServer
import Glibc
import Synchronization

/// Turns the process's signals into calls on the gateway's control queue.
final class Signals: Sendable {
    private let sources: [DispatchSourceSignalBox]
    private let pending = Mutex<(gateway: Gateway?, waiting: [Int32])>((nil, []))
    private let ended = DispatchSemaphore(value: 0)
    private let isStopping = Atomic<Bool>(false)

    init() {
        let queue = DispatchQueue(label: "weir.signals")
        let numbers = [SIGHUP, SIGTERM, SIGINT]
        // Held, not ignored: one that comes before Dispatch listens waits for it.
        Host.holdSignals(numbers)
        Host.ignoreSignal(SIGPIPE)
        sources = numbers.map { DispatchSourceSignalBox(number: $0, queue: queue) }
        for source in sources { source.activate { [self] in received($0) } }
    }

    /// Serves signals, those that came before included, until the gateway has stopped.
    func run(_ gateway: Gateway) {
        let waiting = pending.withLock { pending in
            pending.gateway = gateway
            return pending.waiting
        }
        for number in waiting { received(number) }
        ended.wait()
    }

    private func received(_ number: Int32) {
        let gateway = pending.withLock { pending in
            if pending.gateway == nil { pending.waiting.append(number) }
            return pending.gateway
        }
        guard let gateway else { return }
        if number == SIGHUP {
            gateway.control.async { gateway.reload() }
        } else if isStopping.exchange(true, ordering: .relaxed) {
            Host.exitNow(1)
        } else {
            gateway.control.async { [ended] in gateway.drain { ended.signal() } }
        }
    }
}

/// One signal as a Dispatch source.
final class DispatchSourceSignalBox: @unchecked Sendable {
    private let number: Int32
    private let source: any DispatchSourceSignal

    init(number: Int32, queue: DispatchQueue) {
        self.number = number
        source = DispatchSource.makeSignalSource(signal: number, queue: queue)
    }

    func activate(_ handler: @escaping @Sendable (Int32) -> Void) {
        let number = number
        source.setEventHandler { handler(number) }
        source.resume()
    }
}
