import Testing

@testable import GatewayConfig
@testable import GatewayFilters

@Suite("The text of a value")
struct StableTextTests {
    private struct Sample {
        var names: Set<String>
        var prices: [String: [Int]]
        var choice: Choice? = .two(3, name: "x")
        var limit: Int? = nil
        var tags: Set<String>? = nil
    }

    private enum Choice { case one, two(Int, name: String) }

    private func text(_ value: Any) -> String {
        var text = ""
        appendStableText(of: value, to: &text)
        return text
    }

    @Test func `is the same for equal sets and dictionaries, whatever order they have`() {
        let names = (0..<200).map { "name\($0)" }
        var (others, prices) = (Set<String>(minimumCapacity: 10_000), [String: [Int]](minimumCapacity: 10_000))
        for name in names.reversed() {
            others.insert(name)
            prices[name] = [name.count]
        }
        let one = Sample(names: Set(names), prices: Dictionary(uniqueKeysWithValues: names.map { ($0, [$0.count]) }), tags: Set(names))
        let other = Sample(names: others, prices: prices, tags: others)

        #expect("\(one)" != "\(other)", "or the test shows nothing")
        #expect(text(one) == text(other))
    }

    @Test func `differs when anything does`() {
        let base = Sample(names: ["a", "b"], prices: ["m": [1, 2]])
        var all = [base]
        for change: (inout Sample) -> Void in [
            { $0.names = ["a"] }, { $0.names = ["a b"] }, { $0.prices["m"] = [2, 1] }, { $0.prices["n"] = [] }, { $0.choice = .one },
            { $0.choice = .two(3, name: "y") }, { $0.choice = nil }, { $0.limit = 0 },
            { $0.tags = [] }, { $0.tags = ["a"] },
        ] {
            var sample = base
            change(&sample)
            all.append(sample)
        }

        #expect(Set(all.map(text)).count == all.count)
    }

    @Test func `differs with what a header says, and not with other secrets`() {
        func header(_ value: String) -> HeaderSetting { HeaderSetting(name: "openai-beta", value: Secret(value)) }

        #expect(text([header("v1")]) != text([header("v2")]))
        #expect(text([header("v1")]) == text([header("v1")]))
        #expect(text(Secret("a")) == text(Secret("b")))
    }
}
