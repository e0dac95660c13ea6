import GatewayCore
import Testing

/// Written out by hand, so a case may be forgotten.
@Suite("What a request is compared by")
struct EqualityTests {
    @Test(arguments: Dialect.allCases, Dialect.allCases)
    func `a dialect equals itself alone`(left: Dialect, right: Dialect) { #expect((left == right) == (left.rawValue == right.rawValue)) }

    @Test(arguments: Operation.allCases, Operation.allCases)
    func `an operation equals itself alone`(left: Operation, right: Operation) {
        #expect((left == right) == (left.rawValue == right.rawValue))
    }
}
