import GatewayDialects
import Testing

@Suite("Formats of conversations")
struct ChatFormatTests {
    /// Equality is written out by hand, so a case may be forgotten.
    @Test(arguments: ChatFormat.allCases, ChatFormat.allCases)
    func `each equals itself alone`(left: ChatFormat, right: ChatFormat) { #expect((left == right) == (left.rawValue == right.rawValue)) }
}
