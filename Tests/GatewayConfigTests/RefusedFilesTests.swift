import Foundation
import GatewayConfig
import Testing

@Suite("A refused configuration")
struct RefusedFilesTests {
    static let folder = Fixtures.folder.appending(path: "Refused")

    /// `WEIR_RECORD=1 swift test` writes the expectations anew; read the difference before keeping it.
    @Test(arguments: Fixtures.files(in: folder, withExtension: "yaml"))
    func `says exactly what is wrong and where`(name: String) throws {
        let expectedFile = Self.folder.appending(path: name.replacing(".yaml", with: ".expected"))
        let errors = #expect(throws: ConfigurationErrors.self) {
            try Configuration.read(try Fixtures.bytes(of: name, in: Self.folder), file: name, environment: Fixtures.environment)
        }

        let text = try #require(errors).description + "\n"

        if ProcessInfo.processInfo.environment["WEIR_RECORD"] == "1" {
            try text.write(to: expectedFile, atomically: true, encoding: .utf8)
        }
        #expect(text == (try? String(contentsOf: expectedFile, encoding: .utf8)))
        #expect(
            !text.contains(Fixtures.secret) && !text.contains("hunter2") && !text.lowercased().contains("sk-") && !text.contains("Xkdd"),
            "a message shows a secret")
    }

    @Test func `has its mistakes in the order of the file`() throws {
        let errors = #expect(throws: ConfigurationErrors.self) {
            try Configuration.read(
                try Fixtures.bytes(of: "unknown-keys.yaml", in: Self.folder), file: "x", environment: Fixtures.environment)
        }

        let places = try #require(errors).diagnostics.map { [$0.line, $0.column] }

        #expect(places == places.sorted { $0.lexicographicallyPrecedes($1) })
    }
}
