import GatewayCore
package import GatewayDialects
import HTTPWire
import JSONBytes

/// Makes the request that one target gets from the one that the client sent.
///
/// To a provider of the client's own format the body goes out as it came, with edits spliced in at byte ranges; for another it is translated, and edited then.
/// The head is made anew from lists: nothing of the client's reaches a provider unless it is named here or in the file, and no credential or query ever does.
package final class RequestTransform: Sendable {
    private let body: BodyTransform
    private let headers: HeaderTransform
    private let lossy: ChatLosses.Policy
    let seals: ChatSeals

    /// - Parameter seals: what providers want back and clients cannot keep.
    package init(
        body: BodyTransform = .none, headers: HeaderTransform = HeaderTransform(), lossy: ChatLosses.Policy = .refuse, seals: ChatSeals = ChatSeals()
    ) {
        self.body = body
        self.headers = headers
        self.lossy = lossy
        self.seals = seals
    }

    /// - Parameter plan: learns what the answer has to know of the request.
    /// - Throws: `malformedBody` when the body does not have the shape that an edit needs, `fieldRefused` for what cannot be translated.
    func request(
        for exchange: Exchange, to target: Target, by plan: inout AttemptPlan, timeouts: UpstreamTimeouts
    ) throws(GatewayError) -> UpstreamRequest {
        var body = try body(for: exchange, to: target, by: &plan)
        if let drops = target.drops, exchange.bodyScan != nil {
            do { body = BodyPieces(try drops.applied(to: body.joined())) } catch { throw .malformedBody(error) }
        }
        let provider = target.provider
        if provider.surface != .standard { body = BodyPieces(try provider.surface.body(body.joined(), for: exchange)) }
        let model = target.model ?? exchange.model ?? ""
        let path = provider.surface.path(Self.path(exchange, target, plan, model), model: model, isStreaming: exchange.isStreaming)
        return UpstreamRequest(
            endpoint: provider.endpoint, method: exchange.request.head.method.name, path: path,
            headers: headers.fields(for: exchange, to: provider), body: body, timeouts: timeouts)
    }

    private func body(for exchange: Exchange, to target: Target, by plan: inout AttemptPlan) throws(GatewayError) -> BodyPieces {
        // An earlier attempt's word.
        if exchange.responseHeaders.contains(name: Exchange.droppedName) { exchange.responseHeaders.removeAll { $0.name == Exchange.droppedName } }
        switch plan {
        case .same, .estimate: return try passed(exchange, to: target)
        case .count:
            var losses = ChatLosses(policy: .drop, target: target.provider.formats[0])
            return BodyPieces(try CountPlan.body(of: exchange, for: target.facts(asked: exchange.model), losses: &losses))
        case .embeddings:
            var losses = ChatLosses(policy: lossy, target: target.provider.formats[0])
            let translated = try EmbeddingsPlan.body(of: exchange, model: target.model ?? exchange.model ?? "", at: target.provider, losses: &losses)
            exchange.tell(losses)
            return BodyPieces(try body.edited(translated))
        case .chat(var translation):
            defer { plan = .chat(translation) }
            var losses = ChatLosses(policy: lossy, target: translation.provider)
            let facts = ChatRequestFacts(model: exchange.model, isStreaming: exchange.isStreaming)
            var request = try ChatTranslation.request(from: exchange.request.body, in: translation.client, about: facts)
            if translation.client == .openAIChat { seals.restore(&request, for: exchange.sealOwner) }
            body.system.add(to: &request)
            OutputCap.lower(&request, to: exchange.outputTokensMax)
            let translated = try translation.body(of: request, for: target.facts(asked: exchange.model), losses: &losses)
            exchange.tell(losses)
            return BodyPieces(try body.edited(translated))
        }
    }

    /// A body in the client's own format, with what the provider cannot read in it put right.
    private func passed(_ exchange: Exchange, to target: Target) throws(GatewayError) -> BodyPieces {
        let quirks = target.provider.quirks
        var body = try body.content(of: exchange, model: target.model, asksForUsage: quirks.takesStreamOptions)
        if exchange.outputTokensMax != nil {
            body = BodyPieces(try OutputCap.lowered(body.joined(), of: exchange, usesMaxTokens: quirks.outputCap == "max_tokens"))
        }
        if let format = exchange.chatFormat, ForeignSeals.mayBe(in: exchange.request.body, format) {
            let sealsCalls = !target.facts(asked: nil).takesBudgets
            body = BodyPieces(ForeignSeals.removed(from: body.joined(), in: format, sealsCalls: sealsCalls))
        }
        guard exchange.operation == .chatCompletions || exchange.operation == .completions, let adapter = target.provider.adapter else { return body }
        return BodyPieces(adapter.adapted(body.joined()))
    }

    /// Below the provider's URL, with the query that the provider needs.
    private static func path(_ exchange: Exchange, _ target: Target, _ plan: AttemptPlan, _ model: String) -> String {
        switch plan {
        case .chat(let translation):
            switch translation.provider {
            case .openAIChat: return "/chat/completions"
            case .openAIResponses: return "/responses"
            case .anthropic: return "/messages"
            case .gemini: return GeminiPath.target(model: model, operation: .generateContent, isStreaming: exchange.isStreaming)
            case .bedrock: return BedrockPath.converse(model: model, isStreaming: exchange.isStreaming)
            }
        case .embeddings where target.provider.surface == .vertexGemini:
            return GeminiPath.predict(model: model)
        case .embeddings:
            return target.provider.dialect == .gemini
                ? GeminiPath.target(model: model, operation: .batchEmbedContents, isStreaming: false) : "/embeddings"
        case .count:
            return target.provider.dialect == .gemini
                ? GeminiPath.target(model: model, operation: .countTokens, isStreaming: false) : "/messages/count_tokens"
        case .same, .estimate:
            guard exchange.dialect == .gemini else { return OpenAIPath.belowVersion(exchange.path) }
            guard exchange.operation != .other, exchange.operation != .models else { return String(exchange.path.dropFirst("/v1beta".count)) }
            return GeminiPath.target(model: model, operation: exchange.operation, isStreaming: exchange.isStreaming)
        }
    }
}

extension Exchange {
    fileprivate static let droppedName = "x-weir-dropped"

    /// Names in the answer's head what this attempt left out.
    fileprivate func tell(_ losses: ChatLosses) { tellDropped(losses.dropped) }

    /// Names fields in the answer's head, behind those that stand there.
    func tellDropped(_ names: [String]) {
        guard !names.isEmpty else { return }
        let text = names.map(Self.harmless).joined(separator: ", ")
        if let index = responseHeaders.firstIndex(where: { $0.name == Self.droppedName }) {
            responseHeaders[index].value += ", " + text
        } else {
            responseHeaders.append(HeaderField(Self.droppedName, text))
        }
    }

    /// A field's name for a header: what a client makes up may hold anything.
    private static func harmless(_ name: String) -> String {
        String(decoding: name.utf8.prefix(80).map { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }
}
