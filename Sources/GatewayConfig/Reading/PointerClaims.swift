import JSONBytes
import YAMLReader

/// Which part of a request each edit changes, so that no two undo each other.
struct PointerClaims {
    private struct Claim {
        let operation: String
        let position: Position
    }

    private let context: ReadingContext
    private var at: [[String]: [Claim]] = [:]
    /// Claims of values inside the one that the key names; the first of each operation.
    private var inside: [[String]: [Claim]] = [:]

    init(context: ReadingContext) {
        self.context = context
    }

    /// Takes a pointer, not empty, for one operation: `drop` is that of a target. A claim that contradicts an earlier one is reported.
    mutating func claim(_ pointer: JSONPointer, for operation: String, at position: Position) {
        refuseOwn(pointer, operation: operation, at: position)
        let path = pointer.tokens
        if let other = opponent(of: path, for: operation) {
            let place = "line \(other.position.line), column \(other.position.column)"
            context.error("\(operation) of \(pointer) changes the same value as \(other.operation) in \(place)", at: position)
            return
        }
        let claim = Claim(operation: operation, position: position)
        at[path, default: []].append(claim)
        for length in 1..<path.count {
            let outer = Array(path.prefix(length))
            if inside[outer]?.contains(where: { $0.operation == operation }) != true { inside[outer, default: []].append(claim) }
        }
    }

    private func opponent(of path: [String], for operation: String) -> Claim? {
        for length in 1...path.count {
            let isSame = length == path.count
            let found = at[Array(path.prefix(length))]?.first { Self.contradict($0.operation, operation) || isSame && $0.operation == operation }
            if let found { return found }
        }
        return inside[path]?.first { Self.contradict($0.operation, operation) }
    }

    /// A default may be clamped, and several defaults may fill one object; nothing else may meet.
    private static func contradict(_ left: String, _ right: String) -> Bool {
        !Set([left, right]).isSubset(of: ["default", "clamp"])
    }

    private func refuseOwn(_ pointer: JSONPointer, operation: String, at position: Position) {
        let hint: String
        switch pointer.tokens[0] {
        case "model": hint = "name targets under models, or a provider's model under fallback"
        case "stream": hint = "the client decides it, and its answer must come as it asked"
        case "stream_options" where operation != "drop": hint = "the gateway asks for usage itself and hides it from clients that did not"
        default: return
        }
        context.error("\(operation) cannot change \(pointer.tokens[0])", at: position, hint: hint)
    }
}
