import GatewayCore
import GatewayDialects
import JSONBytes

/// Makes answers no longer than what a limit has left (`Exchange.outputTokensMax`).
enum OutputCap {
    /// A conversation on its way into another format.
    static func lower(_ request: inout ChatRequest, to cap: Int?) {
        guard let cap else { return }
        if let wish = request.sampling.outputTokensMax?.int, wish <= cap { return }
        request.sampling.outputTokensMax = JSONNumber(cap)
    }

    /// A body in the client's own format.
    ///
    /// - Parameter usesMaxTokens: what the provider calls it in chats where the client says nothing.
    static func lowered(_ body: [UInt8], of exchange: Exchange, usesMaxTokens: Bool) throws(GatewayError) -> [UInt8] {
        guard let cap = exchange.outputTokensMax, exchange.bodyScan != nil else { return body }
        do {
            let scan = try exchange.scan(body)
            guard let place = try place(in: scan, of: body, exchange.operation, usesMaxTokens) else { return body }
            if let wish = place.wish, wish <= cap { return body }
            return try plan(place.pointer, cap).applied(to: body)
        } catch { throw .malformedBody(error) }
    }

    /// Where the number stands or would stand, and what it is.
    private static func place(
        in scan: JSONTopLevel, of body: [UInt8], _ operation: Operation, _ usesMaxTokens: Bool
    ) throws(JSONError) -> (pointer: [String], wish: Int?)? {
        func number(_ field: JSONField?) -> Int? { field?.kind == .number ? (try? field?.int(in: body)) ?? .max : nil }
        switch operation {
        case .chatCompletions:
            let names = ["max_completion_tokens", "max_tokens"]
            let name = names.first { number(scan[$0]) != nil } ?? (usesMaxTokens ? names[1] : names[0])
            return ([name], number(scan[name]))
        case .completions, .messages: return (["max_tokens"], number(scan["max_tokens"]))
        case .responses: return (["max_output_tokens"], number(scan["max_output_tokens"]))
        case .generateContent:
            let config = scan["generation_config"].map { _ in "generation_config" } ?? "generationConfig"
            guard let object = scan[config], object.kind == .object else { return ([config, "maxOutputTokens"], nil) }
            let inner = try JSONScanner.topLevel(body, in: object.value, wanted: ["maxOutputTokens", "max_output_tokens"])
            let name = inner["max_output_tokens"].map { _ in "max_output_tokens" } ?? "maxOutputTokens"
            return ([config, name], number(inner[name]))
        case .embeddings, .countTokens, .embedContent, .batchEmbedContents, .models, .other: return nil
        }
    }

    private static func plan(_ path: [String], _ cap: Int) -> JSONEditPlan {
        do { return try JSONEditPlan([.set(try JSONPointer("/" + path.joined(separator: "/")), value: Array(String(cap).utf8))]) } catch {
            preconditionFailure("one edit contradicts nothing: \(error)")
        }
    }
}
