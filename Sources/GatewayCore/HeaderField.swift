/// One header field, its name in lower case.
package struct HeaderField: Equatable, Sendable {
    package let name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [HeaderField] {
    package func first(_ name: String) -> String? {
        first { $0.name == name }?.value
    }
}
