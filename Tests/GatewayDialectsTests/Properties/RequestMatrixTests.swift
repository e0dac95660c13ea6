import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

/// From one format to another and back out of it, by way of the common form.
@Suite("A request that two formats can say")
struct RequestMatrixTests {
    static let pairs = ChatFormat.clients.flatMap { client in ChatFormat.clients.filter { $0 != client }.map { (client, $0) } }
    private static let count: UInt64 = 100

    private func written(_ request: ChatRequest, in format: ChatFormat) throws -> JSONValue {
        var losses = ChatLosses(policy: .refuse, target: format)
        return try format.wire.body(of: request, for: ChatTargetFacts(model: "model"), losses: &losses)
    }

    private func read(_ body: JSONValue, in format: ChatFormat, isStreaming: Bool) throws -> ChatRequest {
        try format.wire.request(from: body, about: ChatRequestFacts(model: "model", isStreaming: isStreaming))
    }

    @Test(arguments: pairs) func `keeps its meaning on the way from a client to a provider`(client: ChatFormat, provider: ChatFormat) throws {
        for seed in 0..<Self.count {
            var random = RandomConversation(seed: seed, of: [client, provider])
            let wish = random.request()
            let asked = try read(try written(wish, in: client), in: client, isStreaming: wish.isStreaming)

            let reached = try read(try written(asked, in: provider), in: provider, isStreaming: wish.isStreaming)

            #expect(RequestMeaning(asked) == RequestMeaning(wish), "seed \(seed)")
            #expect(RequestMeaning(reached) == RequestMeaning(wish), "seed \(seed)")
            #expect(reached.isStreaming == wish.isStreaming)
        }
    }

    @Test(arguments: pairs) func `is the same again when it has gone there and back`(client: ChatFormat, provider: ChatFormat) throws {
        for seed in 0..<Self.count {
            var random = RandomConversation(seed: seed, of: [client, provider])
            let wish = random.request()
            let first = try written(wish, in: client)
            let there = try read(
                try written(try read(first, in: client, isStreaming: wish.isStreaming), in: provider), in: provider, isStreaming: wish.isStreaming)

            let back = try read(try written(there, in: client), in: client, isStreaming: wish.isStreaming)

            #expect(RequestMeaning(back) == RequestMeaning(try read(first, in: client, isStreaming: wish.isStreaming)), "seed \(seed)")
        }
    }

    @Test func `is of many kinds`() {
        var wishes: [ChatRequest] = []
        for seed in 0..<Self.count {
            var random = RandomConversation(seed: seed, of: [.anthropic, .gemini])
            wishes.append(random.request())
        }

        let parts = wishes.flatMap(\.turns).flatMap(\.parts)
        #expect(parts.contains { if case .result(let result) = $0 { result.isError } else { false } })
        #expect(wishes.contains { $0.turns.count > 8 } && wishes.contains { $0.turns.count < 4 })
        #expect(Set(wishes.map { String(describing: $0.toolChoice) }).count >= 5)
        #expect(Set(wishes.map(\.tools.count)).count == 4)
    }
}
