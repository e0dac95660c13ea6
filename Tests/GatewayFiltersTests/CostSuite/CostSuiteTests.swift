import GatewayConfig
import GatewayCore
import GatewayDialects
import Testing

@testable import GatewayFilters

/// Every file of `Tests/CostSuite/answers`: what a provider said, and the cents worked out by hand.
@Suite("The cost suite")
struct CostSuiteTests {
    @Test(arguments: CostCase.all)
    func `comes to the cents that were worked out by hand`(file: CostCase) async throws {
        for piece in [7, 1_000, Int.max] { #expect(try await file.run(piece: piece) == file.cost, "\(file.name), in pieces of \(piece)") }
    }

    @Test func `has an answer of every kind for every dialect`() {
        let names = CostCase.all.map(\.name)
        for dialect in ["openai-chat", "anthropic", "gemini"] {
            for kind in ["stream", "cached", "cut", "cancelled"] {
                #expect(names.contains { $0.hasPrefix(dialect) && $0.contains(kind) }, "\(dialect) \(kind)")
            }
        }
        for kind in ["cache-write-5m", "cache-write-1h", "reasoning", "audio", "web-search"] {
            #expect(names.contains { $0.contains(kind) }, "\(kind)")
        }
    }
}
