import Foundation
import GatewayCore
import Testing

@testable import GatewayDialects

/// What recorded clients' requests become for Bedrock, letter by letter.
@Suite("A recorded request for Bedrock")
struct BedrockGoldenTests {
    private static let folder = GoldenTests.folder.appending(path: "Bedrock")

    static let cases = GoldenTests.cases.filter { $0.format != .bedrock && $0.recording.status < 400 && !$0.recording.id.hasPrefix("azure-") }

    private var isRecording: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["WEIR_RECORD"] == "1" && environment["CI"] == nil
    }

    @Test(arguments: cases) func `is what its file says`(recording: Recording, format: ChatFormat) throws {
        let file = Self.folder.appending(path: recording.id + ".txt")
        let text = GoldenText.request(of: recording, format)

        if isRecording { try text.write(to: file, atomically: true, encoding: .utf8) }

        #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "\(recording.id)")
    }

    @Test func `has a file, and every file a request`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).filter { $0.hasSuffix(".txt") }

        #expect(names.sorted() == Self.cases.map { $0.recording.id + ".txt" }.sorted())
    }
}
