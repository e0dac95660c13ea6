import Synchronization

/// Whether the process lives and may be sent requests. Read on every listener, without asking a worker.
package final class Health: Sendable {
    /// What stands between a start and an end.
    package enum Phase: Int, Sendable { case starting, serving, draining }

    private let phase = Atomic<Int>(Phase.starting.rawValue)
    private let version: String

    package init(version: String) { self.version = version }

    package var current: Phase {
        get { Phase(rawValue: phase.load(ordering: .acquiring)) ?? .starting }
        set { phase.store(newValue.rawValue, ordering: .releasing) }
    }

    /// - Returns: nil for a path that is not about health.
    package func page(_ path: String) -> (status: Int, body: [UInt8])? {
        switch path {
        case "/health", "/livez": (200, json("healthy"))
        case "/readyz", "/ready", "/startupz":
            switch current {
            case .starting: (503, json("starting"))
            case .serving: (200, json("ready"))
            case .draining: (503, json("draining"))
            }
        case "/": (200, json("healthy"))
        default: nil
        }
    }

    private func json(_ status: String) -> [UInt8] {
        Array("{\"status\":\"\(status)\",\"service\":\"weir\",\"version\":\"\(version)\"}\n".utf8)
    }
}
