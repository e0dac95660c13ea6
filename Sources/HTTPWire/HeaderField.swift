/// One header field, its name in lower case.
package struct HeaderField: Equatable, Sendable {
    package let name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// The lengths first: comparing strings of different lengths costs much more.
    package func isNamed(_ name: String) -> Bool { self.name.utf8.count == name.utf8.count && self.name == name }
}

extension [HeaderField] {
    /// Looks without a copy of any field.
    ///
    /// - Parameter countMax: how many are looked at; nil: all.
    package func contains(name: String, amongFirst countMax: Int? = nil) -> Bool {
        let fields = span
        for index in 0..<Swift.min(countMax ?? .max, fields.count) where fields[index].isNamed(name) { return true }
        return false
    }

    package func first(_ name: String) -> String? {
        first { $0.isNamed(name) }?.value
    }
}
