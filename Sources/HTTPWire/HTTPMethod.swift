/// A request method: a case-sensitive token.
///
/// - SeeAlso: RFC 9110, section 9.1
package struct HTTPMethod: Hashable, Sendable, CustomStringConvertible {
    /// The token as it stands in the request line.
    package let name: String

    init(unchecked name: String) { self.name = name }

    /// - Returns: nil when `name` is not a token.
    package init?(_ name: String) {
        let bytes = name.utf8.span
        guard bytes.isToken(0..<bytes.count) else { return nil }
        self.name = name
    }

    package var description: String { name }

    /// Written out where other modules compare: what the compiler makes is reached through a table of the protocol.
    @inlinable
    package static func == (left: HTTPMethod, right: HTTPMethod) -> Bool { left.name == right.name }

    package static var get: HTTPMethod { .init(unchecked: "GET") }
    package static var head: HTTPMethod { .init(unchecked: "HEAD") }
    package static var post: HTTPMethod { .init(unchecked: "POST") }
    package static var delete: HTTPMethod { .init(unchecked: "DELETE") }
    package static var options: HTTPMethod { .init(unchecked: "OPTIONS") }
}

/// A version this server speaks.
package enum HTTPVersion: Hashable, Sendable {
    case http10, http11
}
