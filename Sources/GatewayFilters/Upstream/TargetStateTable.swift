package import MonotonicClock
import Synchronization

/// The states of all targets by provider and model, so that a reload does not forget who is failing.
package final class TargetStateTable: Sendable {
    private struct Key: Hashable {
        let provider: String
        let model: String?
    }

    private let states = Mutex<[Key: TargetState]>([:])
    private let epoch: Instant

    package init(epoch: Instant = .now) {
        self.epoch = epoch
    }

    /// The state of a target, made at its first mention.
    package func state(provider: String, model: String?) -> TargetState {
        states.withLock { states in
            let key = Key(provider: provider, model: model)
            if let state = states[key] { return state }
            let state = TargetState(epoch: epoch)
            states[key] = state
            return state
        }
    }

    /// Forgets the targets that are not among `targets`, those of the file that is live now.
    package func keep(_ targets: [Target]) {
        let kept = Set(targets.map { Key(provider: $0.provider.name, model: $0.model) })
        states.withLock { states in states = states.filter { kept.contains($0.key) } }
    }
}
