import GatewayConfig
package import GatewayCore
import GatewayDialects
import HTTPWire

/// Which requests of a route are equal, and which are none of the cache's business.
package struct CacheKeyRecipe: Sendable {
    private static let operations: Set<Operation> = [
        .chatCompletions, .completions, .embeddings, .responses, .messages, .generateContent, .embedContent, .batchEmbedContents,
    ]
    /// Said by every client of one format and by none of the others, and so no difference between a question and its twin in another format.
    private static let ofOneFormat: Set<String> = ["anthropic-version"]

    /// Names the entries of this route for `weir cache purge`.
    package let route: String
    private let scope: CacheScope
    private let sentHeaders: [String]
    /// Of all keys of this route, and of all meanings.
    private let answers: KeyText
    private let questions: KeyText
    private let convertible: Set<Operation>
    private let fields: CacheKeyFields
    /// They decide which model answers, by what else counts for nothing: what is spent, and the length of all that is sent.
    private let switches: [SwitchConfig]

    /// - Parameters:
    ///   - sentHeaders: client headers, in lower case, that are sent on to providers and may change what they answer.
    ///   - fingerprint: stands for what the route does to requests and where it sends them, so that a reload that changes this does not go
    ///     on with old answers. Any bytes that differ when it does.
    ///   - switches: the route's. Those for whom one holds get an answer of another kind.
    ///   - convertible: operations whose answers can be turned from JSON into a stream and back; of the others a stream and its JSON twin
    ///     are two different requests.
    init(
        route: String, scope: CacheScope, sentHeaders: [String] = [], fingerprint: [UInt8] = [], convertible: Set<Operation> = [],
        fields: CacheKeyFields = .usual, switches: [SwitchConfig] = []
    ) {
        self.route = route
        self.scope = scope
        self.sentHeaders = sentHeaders + fields.headers.filter { !sentHeaders.contains($0) }
        answers = Self.beginning("weir answer 2", route, fingerprint)
        questions = Self.beginning("weir question 1", route, fingerprint)
        self.convertible = convertible
        self.fields = fields
        self.switches = switches
    }

    /// - Returns: nil for a request that is neither looked up nor kept: another operation, no JSON object, JSON that has no canonical form,
    ///   or a request that goes on with something one provider account keeps.
    package func key(for exchange: Exchange) -> CacheKey? {
        let head = exchange.request.head
        guard head.method == .post, Self.operations.contains(exchange.operation), !exchange.isBoundToAccount,
            !head.fields.contains("content-encoding")
        else { return nil }
        let body = fields.counted(of: exchange.request.body)
        var text = KeyText(answers, capacity: body.count + 512)
        text.append(scope.identity(of: exchange.caller))
        text.append(exchange.dialect.rawValue)
        text.append(exchange.operation.rawValue)
        // Gemini's path says how the answer is delivered, too; its model is what counts.
        text.append(exchange.dialect == .gemini ? exchange.model ?? "" : exchange.path)
        text.append(convertible.contains(exchange.operation) ? "either" : exchange.isStreaming ? "stream" : "json")
        append(sentHeaders, of: head.fields, to: &text)
        appendSwitches(exchange, to: &text)
        guard text.append(canonical: body, leavingOut: fields.leftOut) else { return nil }
        return CacheKey(of: text.bytes)
    }

    /// What a conversation has in common with the same one in another format.
    ///
    /// - Returns: nil where there is a doubt: see `ChatRequest.meaning`.
    func meaning(of exchange: Exchange) -> CacheKey? {
        guard let format = exchange.chatFormat, !fields.isOfOneFormat else { return nil }
        let body = fields.counted(of: exchange.request.body)
        let facts = ChatRequestFacts(model: exchange.model, isStreaming: exchange.isStreaming)
        guard let request = try? ChatTranslation.request(from: body, in: format, about: facts), let meaning = request.meaning else { return nil }
        var text = KeyText(questions, capacity: meaning.count + 512)
        text.append(scope.identity(of: exchange.caller))
        text.append(exchange.model ?? "")
        append(sentHeaders.filter { !Self.ofOneFormat.contains($0) }, of: exchange.request.head.fields, to: &text)
        appendSwitches(exchange, to: &text)
        text.append(meaning)
        return CacheKey(of: text.bytes)
    }

    private static func beginning(_ kind: String, _ route: String, _ fingerprint: [UInt8]) -> KeyText {
        var text = KeyText(capacity: 128)
        text.append(kind)
        text.append(route)
        text.append(fingerprint)
        return text
    }

    private func appendSwitches(_ exchange: Exchange, to text: inout KeyText) {
        var tokens: Int?
        for rule in switches {
            let holds = rule.holds(for: exchange) {
                let count = tokens ?? InputEstimate.tokens(of: exchange.request.body)
                tokens = count
                return count
            }
            text.append(holds ? "switched" : "stays")
        }
    }

    private func append(_ names: [String], of fields: HeaderFields, to text: inout KeyText) {
        for name in names {
            text.append(name)
            guard fields.contains(name) else {
                text.append("0")
                continue
            }
            let values = fields.all(name)
            text.append(String(values.count))
            for value in values { text.append(value) }
        }
    }
}
