import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A route's edits of the heads of its answers")
struct AnswerHeaderTransformTests {
    private func edited(set: [(String, String)] = [], remove: [String] = [], _ fields: [(String, String)]) -> [String] {
        var fields = fields.map { HeaderField($0.0, $0.1) }
        AnswerHeaderTransform(set: set.map { HeaderField($0.0, $0.1) }, remove: remove)?.apply(to: &fields)
        return fields.map { $0.name + ": " + $0.value }
    }

    @Test func `set fields in place of those there are, and take away others`() {
        let fields = [("x-request-id", "r"), ("openai-version", "1"), ("x-ratelimit-limit-requests", "5"), ("openai-version", "2")]

        #expect(
            edited(set: [("openai-version", "3"), ("x-team", "shop")], remove: ["x-ratelimit-limit-requests", "absent"], fields)
                == ["x-request-id: r", "openai-version: 3", "x-team: shop"])
    }

    @Test func `are none where the file has none`() {
        #expect(AnswerHeaderTransform(set: [], remove: []) == nil)
        #expect(edited([("a", "b")]) == ["a: b"])
    }
}
