import Synchronization

/// What is known of the file and of the tries to change it.
package final class ReloadState: Sendable {
    /// How one reading of the file ended.
    package enum Outcome: Equatable, Sendable {
        case loaded
        /// The file says what the live pipeline already does.
        case unchanged
        /// The live pipeline stays. Sentences for the operator, none with a secret.
        case refused([String])
    }

    package struct Snapshot: Sendable {
        /// Readings of the file since the start, the first included.
        package var attempts = 0
        package var generation = 0
        package var hash = ""
        package var loadedAtMilliseconds = 0
        package var last = Outcome.unchanged
        package var lastRefusal: (atMilliseconds: Int, reasons: [String])?
        package var warnings: [String] = []
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    package func loaded(hash: String, generation: Int, warnings: [String], at milliseconds: Int) {
        state.withLock { state in
            state.attempts += 1
            state.generation = generation
            state.hash = hash
            state.loadedAtMilliseconds = milliseconds
            state.last = .loaded
            state.warnings = Self.bounded(warnings)
        }
    }

    package func unchanged() {
        state.withLock { state in
            state.attempts += 1
            state.last = .unchanged
        }
    }

    package func refused(_ reasons: [String], at milliseconds: Int) {
        let reasons = Self.bounded(reasons)
        state.withLock { state in
            state.attempts += 1
            state.last = .refused(reasons)
            state.lastRefusal = (milliseconds, reasons)
        }
    }

    /// `/status` is asked for again and again: a file with 60,000 mistakes must not make it megabytes long.
    private static func bounded(_ sentences: [String]) -> [String] {
        let listed = 100
        guard sentences.count > listed else { return sentences }
        return sentences.prefix(listed) + ["and \(sentences.count - listed) more"]
    }
}
