import HTTPWire
import Testing

@Suite("Request methods")
struct HTTPMethodTests {
    /// Equality is written out by hand. RFC 9110, section 9.1: methods are case-sensitive.
    @Test func `are equal when their tokens are, case and all`() {
        let methods = ["GET", "get", "HEAD", "POST", "DELETE", "OPTIONS", "PATCH"].compactMap(HTTPMethod.init)
        for left in methods {
            for right in methods { #expect((left == right) == (left.name == right.name)) }
        }
        #expect(HTTPMethod("GET") == .get && HTTPMethod("get") != .get)
    }
}
