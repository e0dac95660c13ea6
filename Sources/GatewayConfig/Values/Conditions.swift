/// What can go wrong with an attempt, as `retry` and `fallback` name it.
package enum Condition: Hashable, Sendable {
    /// No connection to the provider.
    case connect
    /// The provider did not answer, or went quiet, for too long.
    case timeout
    /// One HTTP status, 400 to 599.
    case status(Int)
    /// 4 for `4xx`, 5 for `5xx`.
    case statusClass(Int)
    /// An error inside a 200 stream, before any content.
    case errorEvent
    /// An answer that is not what its dialect says.
    case badAnswer
    case any
}

/// The `on` key of `retry` and `fallback`.
package struct Conditions: Hashable, Sendable {
    package let list: [Condition]

    package init(_ list: [Condition]) {
        self.list = list
    }

    package var includesAny: Bool { list.contains(.any) }

    /// Whether `condition` is meant by one of the list: a status also by its class, everything by `any`.
    package func includes(_ condition: Condition) -> Bool {
        if case .status(let status) = condition, list.contains(.statusClass(status / 100)) { return true }
        return list.contains(condition) || includesAny
    }
}
