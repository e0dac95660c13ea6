package import GatewayCore
package import JSONBytes

/// What the gateway needs to know of a request, read in one pass over its body. The model and the wish for a stream are in its path.
package struct GeminiRequest: Sendable {
    /// The members that the gateway looks at, in both spellings. Each may occur once only: with two, the gateway and a provider might read
    /// different ones.
    private static let members: JSONNames = [
        "model", "contents", "systemInstruction", "system_instruction", "generationConfig", "generation_config", "cachedContent", "cached_content",
        "generateContentRequest", "generate_content_request", "requests",
        // Those that the gateway edits in other dialects.
        "stream", "stream_options", "messages", "instructions",
    ]
    private static let nestedMembers: JSONNames = ["model", "cachedContent", "cached_content"]

    package let path: GeminiPath
    /// Whether the request goes on with something that one provider account keeps: it makes no sense anywhere else.
    package let isBoundToAccount: Bool
    /// nil when there is no body, or one that is no JSON object.
    package let scan: JSONTopLevel?
    /// The request inside a request to count its tokens.
    private let counted: JSONTopLevel?

    /// - Throws: `malformedBody`, `modelMissing`, `fieldRefused`.
    package init(path: GeminiPath, body: [UInt8]) throws(GatewayError) {
        self.path = path
        let needsModel = path.operation != .other && path.operation != .models
        guard needsModel || Self.looksLikeObject(body) else {
            (isBoundToAccount, scan, counted) = (false, nil, nil)
            return
        }
        if needsModel, path.model == nil { throw .modelMissing }
        let scan: JSONTopLevel
        do { scan = try Self.scan(body) } catch { throw .malformedBody(error) }
        let counted = try Self.counted(in: scan, of: body)
        let cached = try Self.either("cachedContent", "cached_content", in: scan)
        let cachedOfCounted = try counted.flatMap { top throws(GatewayError) in try Self.either("cachedContent", "cached_content", in: top) }
        isBoundToAccount = [cached, cachedOfCounted].contains { $0.map { $0.kind != .null } ?? false }
        self.scan = scan
        self.counted = counted
    }

    /// Finds the members that the gateway looks at or edits.
    package static func scan(_ body: [UInt8]) throws(JSONError) -> JSONTopLevel {
        try JSONScanner.topLevel(body, wanted: members)
    }

    /// The body with the target's name for the model wherever it repeats it: Google wants that to be what the path says.
    ///
    /// - Parameters:
    ///   - body: the one that was scanned.
    ///   - model: as the provider calls it, with or without `models/` in front.
    /// - Throws: `malformedBody` for several requests in one that cannot be read.
    package func body(_ body: [UInt8], naming model: String) throws(GatewayError) -> [UInt8] {
        guard let scan else { return body }
        let name = model.hasPrefix("tunedModels/") || model.hasPrefix("models/") ? model : "models/" + model
        var edits = JSONEdits()
        for top in [scan, counted] {
            if let field = top?["model"], field.kind == .string { edits.replace(field.value, with: JSONText.quoted(name)) }
        }
        if path.operation == .batchEmbedContents, let requests = scan["requests"], requests.kind == .array {
            let elements: [JSONValue]
            do { elements = try JSONValue(parsing: body, in: requests.value).array ?? [] } catch { throw .malformedBody(error) }
            let named = elements.map { element in
                guard var members = element.object else { return element }
                members["model"] = .string(name)
                return .object(members)
            }
            edits.replace(requests.value, with: JSONValue.array(named).written())
        }
        return edits.applied(to: body)
    }

    /// Writes down in `exchange` what was found. `modelRange` stays nil: the body is not where the model is named.
    package func describe(_ exchange: Exchange) {
        exchange.dialect = .gemini
        exchange.operation = path.operation
        exchange.path = path.canonical
        exchange.model = path.model
        exchange.isStreaming = path.isStreaming
        exchange.isBoundToAccount = isBoundToAccount
        exchange.bodyScan = scan
    }
}

extension GeminiRequest {
    /// Whether a body of unknown type could be read as a JSON object, whatever its `content-type` says: a provider might.
    private static func looksLikeObject(_ body: [UInt8]) -> Bool {
        body.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } == UInt8(ascii: "{")
    }

    private static func counted(in scan: JSONTopLevel, of body: [UInt8]) throws(GatewayError) -> JSONTopLevel? {
        guard let request = try either("generateContentRequest", "generate_content_request", in: scan), request.kind == .object else { return nil }
        do {
            return try JSONScanner.topLevel(body, in: request.value, wanted: nestedMembers)
        } catch { throw .malformedBody(error) }
    }

    /// The member in whichever of its spellings.
    private static func either(_ name: String, _ other: String, in scan: JSONTopLevel) throws(GatewayError) -> JSONField? {
        guard let field = scan[name] else { return scan[other] }
        guard scan[other] == nil else { throw .fieldRefused(field: other, reason: "it is there twice, in two spellings.") }
        return field
    }
}
