import GatewayCore
import HTTPWire

/// An address that gives out credentials, asked through the worker's client for providers.
struct TokenServer: Sendable {
    private static let answerBytesMax = 64 << 10
    private static let timeouts = UpstreamTimeouts(
        connect: .seconds(3), firstByte: .seconds(8), firstToken: .seconds(8), idle: .seconds(5), total: .seconds(10))

    let endpoint: UpstreamEndpoint

    /// - Parameters:
    ///   - provider: whose credential it is, for errors.
    ///   - proxy: nil connects directly.
    init(provider: String, url: String, proxy: String? = nil, certificateAuthorities: [UInt8]? = nil) {
        endpoint = UpstreamEndpoint(
            provider: provider, purpose: .credentials, url: url, certificateAuthorities: certificateAuthorities, proxy: proxy,
            limits: UpstreamEndpoint.Limits(responseBodyBytes: Self.answerBytesMax))
    }

    /// Sends a form.
    func post(_ form: [(String, String)], path: String = "", on worker: any WorkerServices) async throws(GatewayError) -> [UInt8] {
        let body = form.map { FormText.encoded($0.0) + "=" + FormText.encoded($0.1) }.joined(separator: "&")
        return try await ask("POST", path, [HeaderField("content-type", "application/x-www-form-urlencoded")], Array(body.utf8), worker)
    }

    func get(_ path: String = "", headers: [HeaderField] = [], on worker: any WorkerServices) async throws(GatewayError) -> [UInt8] {
        try await ask("GET", path, headers, [], worker)
    }

    /// An answer that cannot be read as a credential: not the client's fault, and not worth a second look at the same provider.
    var unreadable: GatewayError { .upstreamBroken(provider: endpoint.provider, reason: "whoever gives out its credentials sent something else.") }

    /// A refusal is about the gateway's own credential, whatever its status; nothing of what is said there is passed on.
    private func ask(
        _ method: String, _ path: String, _ headers: [HeaderField], _ body: [UInt8], _ worker: any WorkerServices
    ) async throws(GatewayError) -> [UInt8] {
        let request = UpstreamRequest(
            endpoint: endpoint, method: method, path: path, headers: headers + [HeaderField("user-agent", "weir"), HeaderField("accept", "*/*")],
            body: body, timeouts: Self.timeouts)
        let answer = try await worker.send(request, cancellation: Cancellation())
        let status = answer.head.status
        guard status == 200 else {
            answer.cancel()
            if (400...499).contains(status), status != 408, status != 429 {
                throw .upstreamFailed(UpstreamFailure(provider: endpoint.provider, status: 401))
            }
            throw .upstreamUnreachable(provider: endpoint.provider)
        }
        return try await read(answer)
    }

    private func read(_ answer: any UpstreamAnswer) async throws(GatewayError) -> [UInt8] {
        var body: [UInt8] = []
        while let bytes = try await answer.next() {
            body += bytes
            guard body.count <= Self.answerBytesMax else {
                answer.cancel()
                throw unreadable
            }
        }
        return body
    }
}

/// Text in a form.
enum FormText {
    /// All but letters, digits and `-._~`.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
