package import GatewayCore
package import JSONBytes

/// What the gateway needs to know of a request, read in one pass over its body.
package struct OpenAIRequest: Sendable {
    /// The members that the gateway looks at. Each may occur once only: with two, the gateway and a provider might read different ones.
    private static let members: JSONNames = [
        "model", "stream", "stream_options", "messages", "instructions", "previous_response_id", "conversation", "background",
        "max_tokens", "max_completion_tokens", "max_output_tokens", "n", "best_of",
    ]
    private static let optionMembers: JSONNames = ["include_usage"]
    /// Bytes of a model's name.
    private static let modelBytesMax = 256
    /// How far into a body of unknown type a byte order mark, or a wide character, is looked for.
    private static let leadBytesMax = 64

    package let operation: Operation
    package let model: String?
    /// Where the value of `model` stands in the body, in JSON with its quotes.
    package let modelRange: Range<Int>?
    package let isStreaming: Bool
    /// Whether the client itself asked for the event with the token counts.
    package let wantsUsageEvent: Bool
    /// Whether the request goes on with something that one provider account keeps: it makes no sense anywhere else.
    package let isBoundToAccount: Bool
    /// nil when there is no body, or one that is no JSON object.
    package let scan: JSONTopLevel?

    /// - Parameter path: in its `/v1` form (`OpenAIPath.versioned`).
    /// - Throws: `malformedBody`, `modelMissing`, `fieldRefused`.
    package init(method: String, path: String, contentType: String? = nil, body: [UInt8]) throws(GatewayError) {
        operation = OpenAIPath.operation(method: method, path: path)
        let needsModel = operation != .other && operation != .models
        let isObject = needsModel ? true : try Self.looksLikeObject(body)
        guard isObject else {
            let form = operation == .other ? try Self.modelOfForm(body, contentType) : nil
            (model, modelRange, isStreaming, wantsUsageEvent, isBoundToAccount, scan) = (form?.name, form?.range, false, false, false, nil)
            return
        }
        let scan: JSONTopLevel
        do { scan = try Self.scan(body) } catch { throw .malformedBody(error) }
        self.scan = scan
        model = try Self.model(in: scan, of: body)
        modelRange = scan["model"]?.value
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
        exchange.modelRange = modelRange
        exchange.isStreaming = isStreaming
        exchange.wantsUsageEvent = wantsUsageEvent
        exchange.isBoundToAccount = isBoundToAccount
        exchange.bodyScan = scan
    }
}

extension OpenAIRequest {
    /// Whether a body of unknown type could be read as a JSON object, whatever its `content-type` says: a provider might.
    ///
    /// - Throws: `malformedBody` for an object in UTF-16 or UTF-32, or behind a byte order mark. JSON that is exchanged is UTF-8 without one
    ///   (RFC 8259, section 8.1), and some readers take the others nevertheless.
    private static func looksLikeObject(_ body: [UInt8]) throws(GatewayError) -> Bool {
        let marks: Set<UInt8> = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0x00]
        var hasMarks = false
        for (index, byte) in body.prefix(leadBytesMax).enumerated() {
            if byte == UInt8(ascii: "{") {
                let isWide = hasMarks || body.dropFirst(index + 1).first == 0
                guard !isWide else { throw .malformedBody(reason: "JSON has to be UTF-8 without a byte order mark.") }
                return true
            }
            if marks.contains(byte) { hasMarks = true } else if !isSpace(byte) { return false }
        }
        return body.drop(while: isSpace).first == UInt8(ascii: "{")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// The model that a form names, as for a transcription or the edit of an image.
    private static func modelOfForm(_ body: [UInt8], _ type: String?) throws(GatewayError) -> (name: String, range: Range<Int>)? {
        guard !body.isEmpty, let type, let boundary = try MultipartForm.boundary(in: type) else { return nil }
        guard let range = try MultipartForm(body, boundary: boundary).field("model"), !range.isEmpty else { return nil }
        guard range.count <= modelBytesMax else { throw tooLong }
        guard let name = String(validating: body[range], as: UTF8.self), !body[range].contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw .fieldRefused(field: "model", reason: "it is not plain text.")
        }
        return (name, range)
    }

    private static let tooLong = GatewayError.fieldRefused(field: "model", reason: "it is longer than \(modelBytesMax) bytes.")

    private static func model(in scan: JSONTopLevel, of body: [UInt8]) throws(GatewayError) -> String? {
        guard let field = scan["model"], field.kind != .null else { return nil }
        guard field.kind == .string else { throw .fieldRefused(field: "model", reason: "it must be a string.") }
        guard field.value.count <= modelBytesMax + 2 else { throw tooLong }
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
