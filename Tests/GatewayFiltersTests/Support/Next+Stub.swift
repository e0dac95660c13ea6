import GatewayCore
import HTTPWire

/// A filter that is a closure.
struct StubFilter: Filter {
    let body: @Sendable (Exchange) async throws(GatewayError) -> Response

    func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        try await body(exchange)
    }
}

extension Next {
    /// The rest of a pipeline that does what `body` says.
    static func runs(_ body: @escaping @Sendable (Exchange) async throws(GatewayError) -> Response) -> Next {
        Next([StubFilter(body: body)])
    }

    static func fails(_ error: GatewayError) -> Next {
        runs { _ throws(GatewayError) in throw error }
    }

    static func answers(_ body: String = "{}", status: Int = 200) -> Next {
        runs { _ in Response(status: status, headers: [HeaderField("content-type", "application/json")], body: ResponseBody(bytes: Array(body.utf8)))
        }
    }
}

/// A stream of given pieces, ended as it should be or by an error.
final class FakeStream: BodySource {
    private var chunks: [BodyChunk]
    private let ending: GatewayError?
    private(set) var isCancelled = false

    init(_ chunks: [BodyChunk], ending: GatewayError? = nil) {
        self.chunks = chunks
        self.ending = ending
    }

    convenience init(_ pieces: [String], ending: GatewayError? = nil) {
        self.init(pieces.map { BodyChunk(Array($0.utf8)) }, ending: ending)
    }

    func next() async throws(GatewayError) -> BodyChunk? {
        if !chunks.isEmpty { return chunks.removeFirst() }
        if let ending { throw ending }
        return nil
    }

    func cancel() { isCancelled = true }
}

extension Response {
    /// Reads the answer to its end as the server does, and tells the body how it ended.
    func read() async throws(GatewayError) -> String {
        var bytes: [UInt8] = []
        switch body.content {
        case .bytes(let all): bytes = all
        case .stream(let source):
            do {
                while let chunk = try await source.next() { bytes += chunk.bytes }
            } catch {
                body.end(.failed(error))
                throw error
            }
        }
        body.end(.finished)
        return String(decoding: bytes, as: UTF8.self)
    }
}
