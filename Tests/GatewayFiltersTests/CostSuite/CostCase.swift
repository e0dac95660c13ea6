import Foundation
import GatewayConfig
import GatewayCore
import GatewayDialects
import Testing

@testable import GatewayFilters

/// One file of the cost suite (its README says how they are written).
struct CostCase: CustomTestStringConvertible, Sendable {
    enum Ending: String { case whole, cut, cancelled }

    struct Unreadable: Error { let file: String, line: String }

    let name: String
    let dialect: Dialect
    let operation: GatewayCore.Operation
    let isStream: Bool
    let ending: Ending
    let price: Price
    let cost: Money
    let body: [UInt8]

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath).appending(path: "../../../CostSuite/answers").standardized

    static let all: [CostCase] = {
        do {
            let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            return try files.sorted { $0.path < $1.path }.map { try CostCase(name: $0.lastPathComponent, text: Array(Data(contentsOf: $0))) }
        } catch { fatalError("the cost suite cannot be read: \(error)") }
    }()

    init(name: String, text: [UInt8]) throws {
        self.name = name
        let mark = Array("\n---\n".utf8)
        guard let end = text.indices.first(where: { text[$0...].starts(with: mark) }) else { throw Unreadable(file: name, line: "no ---") }
        body = Array(text[(end + mark.count)...])
        var fields: [String: String] = [:]
        for line in String(decoding: text[..<end], as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        guard let dialect = fields["dialect"].flatMap(Dialect.init), let operation = fields["operation"].flatMap(GatewayCore.Operation.init),
            let ending = fields["ending"].flatMap(Ending.init), let price = fields["price"], let cost = fields["cents"].flatMap(Self.money)
        else { throw Unreadable(file: name, line: "\(fields)") }
        self.dialect = dialect
        self.operation = operation
        self.ending = ending
        self.cost = cost
        self.price = try PriceConfig.load(price).price(isAnthropic: dialect == .anthropic)
        isStream = fields["form"] == "sse"
    }

    /// Cents in decimal digits, as ten millions of nanodollars each.
    private static func money(cents: String) -> Money? {
        let parts = cents.split(separator: ".")
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard fraction.count <= 7, let whole = Int(parts[0]), let rest = Int((fraction + "0000000").prefix(7)) else { return nil }
        return Money(nanodollars: whole * 10_000_000 + rest)
    }

    /// Has the upstream layer ask a provider that says exactly this, and reads the answer to its end.
    ///
    /// - Parameter piece: bytes of one read off the wire.
    func run(piece: Int) async throws -> Money? {
        let worker = FakeWorker()
        let (body, cut) = (self.body, GatewayError.upstreamCut(provider: "alpha"))
        worker.provider = { [isStream, ending] _, _ in
            guard isStream else { return FakeAnswer(body: String(decoding: body, as: UTF8.self)) }
            let pieces = stride(from: 0, to: body.count, by: min(piece, body.count)).map { start in
                String(decoding: body[start..<min(body.count, start + min(piece, body.count))], as: UTF8.self)
            }
            return FakeAnswer(stream: pieces, ending: ending == .cut ? cut : nil)
        }
        let exchange = try request(on: worker)
        let target = Target(provider: .sample(dialect: dialect), model: nil, state: TargetState(), price: price)
        let response = try await FallbackFilter.sample([target]).handle(exchange)
        if case .stream(let source) = response.body.content { try await read(source, exchange) }
        return exchange.record.cost
    }

    private func read(_ source: any BodySource, _ exchange: Exchange) async throws {
        switch ending {
        case .whole: while try await source.next() != nil {}
        case .cut:
            do {
                while try await source.next() != nil {}
                throw Unreadable(file: name, line: "the stream ended well")
            } catch GatewayError.upstreamCut {}
        case .cancelled:
            // The client leaves when it has everything that the provider has said so far.
            do { while try await source.next() != nil {} } catch GatewayError.upstreamCut {}
            await source.cancel()
        }
    }

    private func request(on worker: FakeWorker) throws -> Exchange {
        let stream = isStream ? #","stream":true"# : ""
        let words = #""messages":[{"role":"user","content":"Hi"}]"#
        let (path, body) =
            switch operation {
            case .messages: ("/v1/messages", #"{"model":"fast","max_tokens":100,\#(words)\#(stream)}"#)
            case .responses: ("/v1/responses", #"{"model":"fast","input":"Hi"\#(stream)}"#)
            case .embeddings: ("/v1/embeddings", #"{"model":"fast","input":"Hi"}"#)
            case .generateContent:
                (
                    "/v1beta/models/fast:" + (isStream ? "streamGenerateContent?alt=sse" : "generateContent"),
                    #"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#
                )
            default: ("/v1/chat/completions", #"{"model":"fast",\#(words)\#(stream)}"#)
            }
        let exchange = Exchange.sample(on: worker, target: path, body: body)
        guard let api = ClientAPI(exchange.request.head) else { throw Unreadable(file: name, line: path) }
        exchange.dialect = api.dialect
        exchange.path = api.path
        try api.describe(exchange)
        return exchange
    }
}
