import GatewayCore
import GatewayDialects
import JSONBytes
import HTTPWire

/// Token counts that no provider made, reckoned from the bytes of what was sent and received, and said to be so.
///
/// - SeeAlso: wire.md, section 10
enum TokenEstimate {
    /// The answer to a client that only wants to know how many tokens its request has (`x-weir-estimate: true`).
    static func response(to exchange: Exchange) throws(GatewayError) -> Response {
        let value: JSONValue
        do { value = try JSONValue(parsing: exchange.request.body) } catch { throw .malformedBody(error) }
        let tokens = JSONValue(TokenReckoning.input(value))
        let body: JSONValue = exchange.dialect == .gemini ? ["totalTokens": tokens] : ["input_tokens": tokens]
        return Response(
            status: 200, headers: [HeaderField("content-type", "application/json"), HeaderField("x-weir-estimate", "true")],
            body: ResponseBody(bytes: body.written()))
    }

    /// What an answer cost that is over, by whichever end.
    ///
    /// A whole answer costs what its provider says. For one that was cut, or whose provider never says, what is missing is reckoned, and of a reported
    /// and a reckoned count the larger one stands: a provider bills what it has generated, also when nobody has read it.
    ///
    /// - Parameters:
    ///   - reported: the last counts that the provider gave.
    ///   - isWhole: whether the answer came to its own end.
    ///   - textBytes: of text that the model wrote; looked at only where something is reckoned.
    static func usage(
        reported: Usage?, isWhole: Bool, textBytes: @autoclosure () -> Int, of exchange: Exchange
    ) -> Usage? {
        guard exchange.operation.costsTokens else { return reported }
        if isWhole, let reported { return reported }
        var usage = reported ?? Usage(input: input(of: exchange), output: 0, isEstimate: true)
        let output = TokenReckoning.tokens(ofBytes: textBytes())
        if output > usage.output {
            usage.output = output
            usage.isEstimate = true
        }
        usage.isComplete = isWhole
        return usage
    }

    /// Of the request as the client sent it. A body that is no JSON counts by its length.
    private static func input(of exchange: Exchange) -> Int {
        let body = exchange.request.body
        guard let value = try? JSONValue(parsing: body) else { return TokenReckoning.tokens(ofBytes: body.count) }
        return TokenReckoning.input(value)
    }
}

extension Operation {
    /// Whether providers bill it by tokens.
    fileprivate var costsTokens: Bool {
        switch self {
        case .chatCompletions, .completions, .embeddings, .responses, .messages, .generateContent, .embedContent, .batchEmbedContents: true
        case .countTokens, .models, .other: false
        }
    }
}

extension GatewayError {
    /// Whether the provider may have worked on a request that ended so, and bills it.
    var mayBeBilled: Bool {
        switch self {
        case .clientGone, .upstreamCut, .upstreamBroken, .draining: true
        case .upstreamTimedOut(_, let phase, _): phase != .connect
        default: false
        }
    }
}
