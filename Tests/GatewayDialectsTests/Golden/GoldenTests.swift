import Foundation
import GatewayCore
import Testing

@testable import GatewayDialects

/// Every recorded exchange, translated into the other formats, letter by letter. Goldens/README.md says what was checked in each file.
@Suite("A recorded exchange in other formats")
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens")

    static let formats: [(prefix: String, format: ChatFormat)] = [
        ("openai-chat-", .openAIChat), ("openai-responses-", .openAIResponses), ("anthropic-messages-", .anthropic),
        ("gemini-generatecontent-", .gemini), ("gemini-streamgeneratecontent-", .gemini), ("vertex-", .gemini),
        ("azure-chat-", .openAIChat), ("bedrock-", .bedrock),
    ]

    static let cases: [(recording: Recording, format: ChatFormat)] = formats.flatMap { prefix, format in
        let recordings = Recording.all + ["anthropic", "gemini", "vertex", "bedrock"].flatMap(Recording.of)
        return recordings.filter { $0.id.hasPrefix(prefix) }.map { ($0, format) }
    }

    /// `WEIR_RECORD=1 swift test` writes the files anew; read every difference before keeping it.
    private var isRecording: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["WEIR_RECORD"] == "1" && environment["CI"] == nil
    }

    @Test(arguments: cases) func `is what its file says`(recording: Recording, format: ChatFormat) throws {
        let file = Self.folder.appending(path: recording.id + ".txt")
        let text = GoldenText.text(of: recording, format)

        if isRecording { try text.write(to: file, atomically: true, encoding: .utf8) }

        let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        if text != expected { Issue.record("\(recording.id).txt differs\(Self.difference(expected, text))") }
    }

    @Test func `has a file, and every file an exchange`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).filter { $0.hasSuffix(".txt") }

        #expect(names.sorted() == Self.cases.map { $0.recording.id + ".txt" }.sorted())
        #expect(Self.cases.count > 40)
    }

    /// The first lines that differ, with those around them.
    private static func difference(_ expected: String, _ actual: String) -> String {
        let (old, new) = (
            expected.split(separator: "\n", omittingEmptySubsequences: false), actual.split(separator: "\n", omittingEmptySubsequences: false)
        )
        let first = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
        let before = old[max(0, first - 3)..<first].map { "    " + $0 }
        let lines = before + old.dropFirst(first).prefix(4).map { "  - " + $0 } + new.dropFirst(first).prefix(4).map { "  + " + $0 }
        return " from line \(first + 1) on:\n" + lines.joined(separator: "\n")
    }
}
