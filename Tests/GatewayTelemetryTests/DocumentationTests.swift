import Foundation
import GatewayCore
import Testing

@testable import GatewayTelemetry

@Suite("docs/operations.md")
struct DocumentationTests {
    private let text: String

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        text = try String(contentsOf: root.appendingPathComponent("docs/operations.md"), encoding: .utf8)
    }

    /// What stands in backquotes in the first column of the table under a heading.
    private func named(under heading: String) -> Set<String> {
        let section = text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") } ?? ""
        let cells = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { $0.split(separator: "|").first }
        return Set(cells.flatMap { $0.split(separator: "`").map(String.init).filter { $0.allSatisfy { $0.isLetter || $0 == "_" } } })
    }

    @Test func `names every metric and no other`() throws {
        let registry = MetricsRegistry.sample()
        registry.configurationLoaded(hash: "abc", generation: 1)
        registry.showCache { CacheFigures(redis: [("hit", 1)]) }

        var bytes: [UInt8] = []
        registry.render(into: &bytes)
        LimitMetrics.render([], backlog: 0, lost: 0, into: &bytes)
        let page = try PrometheusText(bytes)

        #expect(named(under: "Metrics") == Set(page.families.keys))
    }

    @Test func `names every field of the access log and no other`() throws {
        let line = AccessLogEntry.sample().line

        let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        #expect(named(under: "Access log") == Set(object.keys))
    }

    @Test func `names every kind of error and no other`() {
        #expect(named(under: "Errors") == Set(ErrorKind.allCases.map(\.rawValue)))
    }
}
