import Foundation
import Testing

@testable import HTTPWire

/// The body of a recorded event stream. `Fixtures/README.md` says where it comes from.
struct RecordedStream: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let body: [UInt8]

    private struct File: Decodable {
        struct Response: Decodable {
            let body: String
            let bodyEncoding: String

            enum CodingKeys: String, CodingKey {
                case body
                case bodyEncoding = "body_encoding"
            }
        }

        let response: Response
    }

    init(_ name: String) throws {
        testDescription = name
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: name + ".json")))
        if file.response.bodyEncoding == "base64" {
            body = Array(try #require(Data(base64Encoded: file.response.body)))
        } else {
            body = Array(file.response.body.utf8)
        }
    }
}

@Suite("A recorded stream")
struct SSERecordingTests {
    /// Up to 5 KB: cut at every byte.
    static let small = [
        "anthropic-messages-sse-01", "anthropic-messages-sse-04", "gemini-streamgeneratecontent-sse-01", "openai-chat-sse-04",
        "openai-completions-sse-01", "openai-responses-sse-03", "vertex-streamgeneratecontent-sse-01",
    ]
    static let large = [
        "anthropic-messages-sse-06", "azure-chat-sse-01", "gemini-streamgeneratecontent-sse-02", "openai-responses-sse-04",
    ]

    @Test(arguments: small + large)
    func `gives the events of the specification and all of its bytes`(name: String) throws {
        let body = try RecordedStream(name).body

        let blocks = try readBlocks([body])

        #expect(blocks.filter { $0.hasData && $0.isComplete }.map(PlainEvent.init) == eventsByTheBook(body))
        #expect(blocks.count { $0.hasData } > 1 || name.hasPrefix("gemini") || name.hasPrefix("vertex"))
        #expect(Array(blocks.map(\.raw).joined()) == body)
    }

    @Test(arguments: small)
    func `gives the same events cut in two at any byte`(name: String) throws {
        let body = try RecordedStream(name).body
        let whole = try readBlocks([body])

        for cut in 0...body.count {
            let blocks = try readBlocks([Array(body[..<cut]), Array(body[cut...])])
            if blocks != whole { Issue.record("cut at byte \(cut)") }
        }
    }

    @Test(arguments: small + large, [1, 2, 7, 64, 1_000])
    func `gives the same events in pieces of any size`(name: String, size: Int) throws {
        let body = try RecordedStream(name).body

        let pieces = stride(from: 0, to: body.count, by: size).map { Array(body[$0..<min($0 + size, body.count)]) }

        #expect(try readBlocks(pieces) == readBlocks([body]))
    }
}
