package import GatewayCore
package import JSONBytes

/// What the gateway needs to know of a request, read in one pass over its body.
package struct OpenAIRequest: Sendable {
    /// The members that the gateway looks at. Each may occur once only: with two, the gateway and a provider might read different ones.
    private static let members: JSONNames = [
        "model", "stream", "stream_options", "messages", "instructions", "previous_response_id", "conversation", "background",
    ]
    private static let optionMembers: JSONNames = ["include_usage"]
    /// Bytes of a model's name.
    private static let modelBytesMax = 256

    package let operation: Operation
    package let model: String?
    package let isStreaming: Bool
    /// Whether the client itself asked for the event with the token counts.
    package let wantsUsageEvent: Bool
    /// Whether the request goes on with something that one provider account keeps: it makes no sense anywhere else.
    package let isBoundToAccount: Bool
    /// nil when there is no body, or one that is no JSON object.
    package let scan: JSONTopLevel?

    /// - Parameter path: in its `/v1` form (`OpenAIPath.versioned`).
    /// - Throws: `malformedBody`, `modelMissing`, `fieldRefused`.
    package init(method: String, path: String, body: [UInt8]) throws(GatewayError) {
        operation = OpenAIPath.operation(method: method, path: path)
        let needsModel = operation != .other && operation != .models
        guard needsModel || Self.looksLikeObject(body) else {
            (model, isStreaming, wantsUsageEvent, isBoundToAccount, scan) = (nil, false, false, false, nil)
            return
        }
        let scan: JSONTopLevel
        do { scan = try Self.scan(body) } catch { throw .malformedBody(error) }
        self.scan = scan
        model = try Self.model(in: scan, of: body)
        if needsModel, model == nil { throw .modelMissing }
        isStreaming = try Self.flag("stream", in: scan, of: body)
        wantsUsageEvent = isStreaming ? try Self.asksForUsage(scan, body, operation) : false
        isBoundToAccount = operation == .responses ? try Self.isBound(scan, body) : false
    }

    /// Finds the members that the gateway looks at or edits.
    package static func scan(_ body: [UInt8]) throws(JSONError) -> JSONTopLevel {
        try JSONScanner.topLevel(body, wanted: members)
    }

    /// Writes down in `exchange` what was found.
    package func describe(_ exchange: Exchange) {
        exchange.operation = operation
        exchange.model = model
        exchange.modelRange = scan?["model"]?.value
        exchange.isStreaming = isStreaming
        exchange.wantsUsageEvent = wantsUsageEvent
        exchange.isBoundToAccount = isBoundToAccount
        exchange.bodyScan = scan
    }
}

extension OpenAIRequest {
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

    private static func asksForUsage(_ scan: JSONTopLevel, _ body: [UInt8], _ operation: Operation) throws(GatewayError) -> Bool {
        guard operation == .chatCompletions || operation == .completions else { return false }
        guard let options = scan["stream_options"], options.kind != .null else { return false }
        guard options.kind == .object else { throw .fieldRefused(field: "stream_options", reason: "it must be an object.") }
        let inner: JSONTopLevel
        do {
            inner = try JSONScanner.topLevel(body, in: options.value, wanted: optionMembers)
        } catch { throw .malformedBody(error) }
        return try flag("include_usage", in: inner, of: body)
    }

    private static func isBound(_ scan: JSONTopLevel, _ body: [UInt8]) throws(GatewayError) -> Bool {
        if let previous = scan["previous_response_id"], previous.kind != .null { return true }
        if let conversation = scan["conversation"], conversation.kind != .null { return true }
        return try flag("background", in: scan, of: body)
    }
}
