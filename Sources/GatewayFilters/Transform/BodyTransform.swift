import GatewayCore
import GatewayDialects
import HTTPWire
package import JSONBytes

/// The edits that a route makes to request bodies, and the two that the gateway makes by itself: the target's name for the model, and
/// the wish for token counts at the end of a stream.
package struct BodyTransform: Sendable {
    /// Members that the gateway edits by itself. A route's edit of one of them is made before, in a pass of its own.
    private static let own: Set<String> = [
        "model", "stream", "stream_options", "messages", "instructions", "system", "systemInstruction", "system_instruction", "contents", "requests",
        "generateContentRequest",
    ]

    package static let none = BodyTransform(checked: [], plan: nil, system: SystemPrompt())

    private let plan: JSONEditPlan?
    let system: SystemPrompt
    private let needsOwnPass: Bool

    /// - Throws: when two edits contradict each other.
    package init(edits: [JSONEdit], system: SystemPrompt = SystemPrompt()) throws(JSONEditPlanError) {
        let plan = try JSONEditPlan(edits)
        self.init(checked: edits, plan: plan.isEmpty ? nil : plan, system: system)
    }

    private init(checked edits: [JSONEdit], plan: JSONEditPlan?, system: SystemPrompt) {
        self.plan = plan
        self.system = system
        needsOwnPass = edits.contains { Self.own.contains($0.pointer.tokens[0]) }
    }

    /// Up to this size an edited body is copied together; a larger one stays in pieces.
    private static let joinedBytesMax = 16 << 10

    /// `content` in one array.
    func body(of exchange: Exchange, model: String?, asksForUsage: Bool = true) throws(GatewayError) -> [UInt8] {
        try content(of: exchange, model: model, asksForUsage: asksForUsage).joined()
    }

    /// - Parameters:
    ///   - model: what the target calls the model; nil keeps the client's name.
    ///   - asksForUsage: whether the provider may be asked for token counts at the end of a stream.
    func content(of exchange: Exchange, model: String?, asksForUsage: Bool = true) throws(GatewayError) -> BodyPieces {
        let body = try spliced(exchange, model, asksForUsage)
        // Gemini names the model in the path; some bodies repeat it.
        guard exchange.dialect == .gemini, let model, exchange.bodyScan != nil, exchange.operation != .generateContent else { return body }
        return BodyPieces(try GeminiRequest.body(body.joined(), of: exchange.operation, naming: model))
    }

    private func spliced(_ exchange: Exchange, _ model: String?, _ asks: Bool) throws(GatewayError) -> BodyPieces {
        let body = exchange.request.body
        guard let scan = exchange.bodyScan else { return BodyPieces(renamed(exchange, model)) }
        do {
            guard let plan else { return try edited(body, scan, JSONEdits(), exchange, model, asks) }
            guard needsOwnPass else { return try edited(body, scan, try plan.edits(for: body), exchange, model, asks) }
            let changed = try plan.applied(to: body)
            return try edited(changed, try exchange.scan(changed), JSONEdits(), exchange, model, asks)
        } catch {
            throw .malformedBody(error)
        }
    }

    /// A body that has been written for the provider, with the route's edits made.
    ///
    /// - Throws: `malformedBody` when it does not have the shape that an edit needs.
    func edited(_ body: [UInt8]) throws(GatewayError) -> [UInt8] {
        guard let plan else { return body }
        do { return try plan.applied(to: body) } catch { throw .malformedBody(error) }
    }

    /// A body that is no JSON, with another model in its form.
    private func renamed(_ exchange: Exchange, _ model: String?) -> [UInt8] {
        var body = exchange.request.body
        if let model, model != exchange.model, let range = exchange.modelRange { body.replaceSubrange(range, with: model.utf8) }
        return body
    }

    private func edited(
        _ body: [UInt8], _ scan: JSONTopLevel, _ routeEdits: JSONEdits, _ exchange: Exchange, _ model: String?, _ asksForUsage: Bool
    ) throws(JSONError) -> BodyPieces {
        var edits = routeEdits
        try system.add(to: &edits, scan, of: body, exchange.operation)
        if exchange.dialect != .gemini, let model, model != exchange.model || needsOwnPass { edits.setModel(model, in: scan) }
        if asksForUsage, exchange.asksForUsageItself { try edits.includeUsage(in: scan, of: body) }
        if edits.isEmpty { return BodyPieces(body) }
        return body.count <= Self.joinedBytesMax ? BodyPieces(edits.applied(to: body)) : BodyPieces(pieces: edits.pieces(of: body))
    }
}

extension Exchange {
    /// Finds the members that the gateway looks at or edits, in the client's dialect.
    func scan(_ body: [UInt8]) throws(JSONError) -> JSONTopLevel {
        switch dialect {
        case .openai: try OpenAIRequest.scan(body)
        case .anthropic: try AnthropicRequest.scan(body)
        case .gemini: try GeminiRequest.scan(body)
        }
    }

    /// Whether the gateway has to ask for token counts that the client did not ask for. Responses bring them anyway.
    var asksForUsageItself: Bool {
        isStreaming && !wantsUsageEvent && (operation == .chatCompletions || operation == .completions)
    }
}
