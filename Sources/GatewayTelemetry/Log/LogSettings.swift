import Synchronization

/// The `log` block of the live file, for all workers. A reload changes it in place.
package final class LogSettings: Sendable {
    private let levelMin: Atomic<Int>
    private let access: Atomic<Bool>

    package init(level: LogLevel = .info, access: Bool = true) {
        levelMin = Atomic(level.rawValue)
        self.access = Atomic(access)
    }

    /// The least severe line that is written.
    package var level: LogLevel {
        get { LogLevel(rawValue: levelMin.load(ordering: .relaxed)) ?? .info }
        set { levelMin.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Whether requests write lines.
    package var writesAccessLines: Bool {
        get { access.load(ordering: .relaxed) }
        set { access.store(newValue, ordering: .relaxed) }
    }
}
