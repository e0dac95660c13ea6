import Foundation
import GatewayCore
import JSONBytes
import Testing
import HTTPWire

/// One recorded exchange of `Fixtures`.
struct Recording: Sendable, CustomTestStringConvertible {
    let id: String
    let path: String
    let request: [UInt8]
    let status: Int
    let headers: [HeaderField]
    let answer: [UInt8]

    var testDescription: String { id }
    var isStream: Bool { (headers.first("content-type")?.hasPrefix("text/event-stream") ?? false) || isMessageStream }
    private var isMessageStream: Bool { headers.first("content-type") == "application/vnd.amazon.eventstream" }

    var operation: GatewayCore.Operation {
        if path.hasSuffix("/chat/completions") { return .chatCompletions }
        if path.hasSuffix("/embeddings") { return .embeddings }
        if path.hasSuffix("/responses") { return .responses }
        return .completions
    }

    /// Those of OpenAI and Azure.
    static let all = of("openai") + of("azure")
    private static let everything: [Recording] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { Recording(folder.appending(path: $0)) }
    }()
    /// Those of one provider, by the first word of their names: `anthropic`, `gemini`, `vertex`, `bedrock`.
    static func of(_ provider: String) -> [Recording] { everything.filter { $0.id.hasPrefix(provider + "-") } }

    static let streams = all.filter(\.isStream)
    static let wholeAnswers = all.filter { !$0.isStream && $0.status == 200 }
    static let errors = all.filter { $0.status >= 400 }

    static func named(_ id: String) -> Recording {
        guard let recording = everything.first(where: { $0.id == id }) else { fatalError("no recording \(id)") }
        return recording
    }

    /// The token counts that the stream states, found without the code under test.
    var statedUsage: (input: Int, output: Int)? {
        let lines = String(decoding: answer, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("data: {") }
        for line in lines.reversed() {
            guard let json = try? JSONValue(parsing: Array(line.dropFirst(6).utf8)) else { continue }
            guard let usage = json["usage"]?.object ?? json["response"]?["usage"]?.object else { continue }
            guard let input = (usage["prompt_tokens"] ?? usage["input_tokens"])?.int else { continue }
            return (input, (usage["completion_tokens"] ?? usage["output_tokens"])?.int ?? 0)
        }
        return nil
    }

    private init?(_ file: URL) {
        guard let data = try? Data(contentsOf: file), let json = try? JSONValue(parsing: Array(data)) else { return nil }
        guard let id = json["id"]?.string, let request = json["request"], let response = json["response"] else { return nil }
        self.id = id
        path = request["path"]?.string ?? ""
        self.request = Array((request["body"]?.string ?? "").utf8)
        status = response["status"]?.int ?? 0
        headers = response["headers"]?.object.map { $0.map { HeaderField($0.name, $0.value.string ?? "") } } ?? []
        let body = response["body"]?.string ?? ""
        answer = response["body_encoding"] == "base64" ? Base64.decoded(body) ?? [] : Array(body.utf8)
    }
}
