/// The place of a value in a JSON document.
///
/// - SeeAlso: RFC 6901
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// Member names, and array positions in decimal, outermost first, unescaped. Never empty.
    package let path: [String]

    package init(path: [String]) {
        self.path = path
    }

    /// As a JSON pointer, whichever way the file spelled it.
    package var description: String {
        path.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }
}
