/// Makes ids where a format has none, or its own.
///
/// The same seed gives the same ids, so that an answer can be written twice alike; different answers need different seeds.
package struct ChatIDs: Equatable, Sendable {
    private let seed: String
    private var count = 0

    /// - Parameter seed: letters and digits, 8 at least, that no other answer has.
    package init(seed: String) {
        self.seed = seed
    }

    /// `call_` and what is unique to it: at most 40 characters, by the pattern `^[a-zA-Z0-9_-]+$` that every provider takes.
    package mutating func call() -> String {
        defer { count += 1 }
        return "call_" + seed.prefix(24) + (count == 0 ? "" : "_\(count)")
    }
}
