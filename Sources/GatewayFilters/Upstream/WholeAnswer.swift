import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes

/// Reads answers that are not streams.
struct WholeAnswer {
    /// Bytes of an error answer that are kept.
    private static let errorBytesMax = 64 << 10

    let answer: any UpstreamAnswer
    let form: AttemptAnswer

    private var provider: Provider { form.provider }

    /// The whole body, within the provider's limit.
    func body() async throws(GatewayError) -> [UInt8] {
        let limit = provider.endpoint.limits.responseBodyBytes
        guard let body = try await read(limit) else {
            throw .upstreamBroken(provider: provider.name, reason: "it is longer than \(limit) bytes.")
        }
        return body
    }

    /// The answer for the client, and the tokens it cost.
    func answer() async throws(GatewayError) -> (body: [UInt8], usage: Usage?) { try judged(try await body()) }

    /// The same without a wait, if the whole body has come with its head, as most do; nil: it has not.
    func arrived() throws(GatewayError) -> (body: [UInt8], usage: Usage?)? {
        guard let body = answer.takeArrived(atMost: provider.endpoint.limits.responseBodyBytes) else { return nil }
        return try judged(body)
    }

    private func judged(_ body: [UInt8]) throws(GatewayError) -> (body: [UInt8], usage: Usage?) {
        switch form.judge(body) {
        case .answer(let written, let usage): return (written, cost(body, usage))
        case .error(let status):
            throw .errorEvent(from: provider, status: status, event: body)
        case .broken(let reason): throw .upstreamBroken(provider: provider.name, reason: reason)
        }
    }

    /// - Parameter body: as the provider wrote it.
    private func cost(_ body: [UInt8], _ reported: Usage?) -> Usage? {
        var textBytes: Int { (try? JSONValue(parsing: body)).map(TokenReckoning.textBytes) ?? 0 }
        return TokenEstimate.usage(reported: reported, isWhole: true, textBytes: textBytes, of: form.exchange)
    }

    /// The failure that an answer with status 400 or above is. A body that is too long, cut or not JSON is left out.
    func failure(headers: [HeaderField]) async -> GatewayError {
        var body = (try? await read(Self.errorBytesMax)) ?? []
        // Gemini writes an error in a list of one.
        let kind = (try? JSONScanner.check(body))?.kind
        if kind != .object, kind != .array { body = [] }
        let status =
            provider.surface == .bedrock
            ? BedrockFault.status(answer.head.status, type: answer.head.fields.first("x-amzn-errortype")) : answer.head.status
        return .upstreamFailed(
            UpstreamFailure(
                provider: provider.name, status: status,
                retryAfterSeconds: AnswerHeaders.retryAfterSeconds(answer.head, unix: form.exchange.worker.secondsSince1970)
                    ?? GeminiFault(body)?.retryDelaySeconds, body: body, headers: headers,
                isCredentialProblem: GeminiFault(body)?.isCredentialProblem ?? false))
    }

    /// nil when there is more than `limit`.
    private func read(_ limit: Int) async throws(GatewayError) -> [UInt8]? {
        var body: [UInt8] = []
        while let bytes = try await answer.next() {
            guard body.count + bytes.count <= limit else {
                answer.cancel()
                return nil
            }
            if body.isEmpty { body = bytes } else { body += bytes }
        }
        return body
    }
}
