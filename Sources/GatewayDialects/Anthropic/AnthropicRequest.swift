package import GatewayCore
package import JSONBytes

/// What the gateway needs to know of a request of the messages API, read in one pass over its body.
package struct AnthropicRequest: Sendable {
    /// The members that the gateway looks at or edits. Each may occur once only: with two, the gateway and a provider might read different ones.
    private static let members: JSONNames = ["model", "stream", "messages", "system", "max_tokens", "thinking", "container", "thread"]
    /// Bytes of a model's name.
    private static let modelBytesMax = 256

    package let operation: Operation
    package let model: String?
    package let isStreaming: Bool
    /// Whether the request goes on with something that one provider account keeps: it makes no sense anywhere else.
    package let isBoundToAccount: Bool
    /// nil when there is no body, or one that is no JSON object.
    package let scan: JSONTopLevel?

    /// - Parameter path: in its `/v1` form (`AnthropicPath.versioned`).
    /// - Throws: `malformedBody`, `modelMissing`, `fieldRefused`.
    package init(method: String, path: String, body: [UInt8]) throws(GatewayError) {
        operation = AnthropicPath.operation(method: method, path: path) ?? .other
        let needsModel = operation != .other
        guard needsModel || Self.looksLikeObject(body) else {
            (model, isStreaming, isBoundToAccount, scan) = (nil, false, false, nil)
            return
        }
        let scan: JSONTopLevel
        do { scan = try Self.scan(body) } catch { throw .malformedBody(error) }
        self.scan = scan
        model = try Self.model(in: scan, of: body)
        if needsModel, model == nil { throw .modelMissing }
        let asksForStream = try Self.flag("stream", in: scan, of: body)
        // Tokens are counted in one answer, whatever the body says.
        isStreaming = asksForStream && operation != .countTokens
        isBoundToAccount = ["container", "thread"].contains { name in scan[name].map { $0.kind != .null } ?? false }
    }

    /// Finds the members that the gateway looks at or edits.
    package static func scan(_ body: [UInt8]) throws(JSONError) -> JSONTopLevel {
        try JSONScanner.topLevel(body, wanted: members)
    }

    /// Writes down in `exchange` what was found.
    package func describe(_ exchange: Exchange) {
        exchange.dialect = .anthropic
        exchange.operation = operation
        exchange.model = model
        exchange.modelRange = scan?["model"]?.value
        exchange.isStreaming = isStreaming
        exchange.isBoundToAccount = isBoundToAccount
        exchange.bodyScan = scan
    }
}

extension AnthropicRequest {
    /// Whether a body of unknown type could be read as a JSON object, whatever its `content-type` says: a provider might.
    private static func looksLikeObject(_ body: [UInt8]) -> Bool {
        body.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } == UInt8(ascii: "{")
    }

    private static func model(in scan: JSONTopLevel, of body: [UInt8]) throws(GatewayError) -> String? {
        guard let field = scan["model"], field.kind != .null else { return nil }
        guard field.kind == .string else { throw .fieldRefused(field: "model", reason: "it must be a string.") }
        guard field.value.count <= modelBytesMax + 2 else {
            throw .fieldRefused(field: "model", reason: "it is longer than \(modelBytesMax) bytes.")
        }
        do {
            let name = try field.string(in: body, named: "model")
            return name.isEmpty ? nil : name
        } catch { throw .malformedBody(error) }
    }

    /// A boolean member; absent and null are false.
    private static func flag(_ name: String, in scan: JSONTopLevel, of body: [UInt8]) throws(GatewayError) -> Bool {
        guard let field = scan[name], field.kind != .null else { return false }
        guard let value = try? field.bool(in: body, named: name) else {
            throw .fieldRefused(field: name, reason: "it must be true or false.")
        }
        return value
    }
}
