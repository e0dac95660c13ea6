import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes

/// How requests of one provider are addressed: where a dialect's paths stand below its URL, and what the body says besides.
package enum ProviderSurface: Equatable, Sendable {
    /// As the dialect's maker has it.
    case standard
    /// Azure's: the URL ends in `/openai` and the deployment is part of some paths (`isDated`), or in `/openai/v1` and it is the model in the body.
    case azure(version: String?, isDated: Bool)
    /// Gemini models of Vertex AI: the URL ends in `/publishers/google`.
    case vertexGemini
    /// Claude on Vertex AI: the URL ends in `/publishers/anthropic`.
    case vertexClaude
    /// Amazon Bedrock's Converse.
    case bedrock

    /// What a client's header says of the API's version until something newer comes: the dated form that Vertex AI has for it.
    private static let vertexVersion = "vertex-2023-10-16"

    /// - Parameters:
    ///   - plain: the path as the dialect's maker has it.
    ///   - model: as the provider calls it.
    func path(_ plain: String, model: String, isStreaming: Bool) -> String {
        switch self {
        case .standard, .vertexGemini, .bedrock: return plain
        case .azure(let version, let isDated):
            let query = version.map { "?api-version=" + $0 } ?? ""
            return (isDated && Self.isOfDeployment(plain) && !model.isEmpty ? "/deployments/" + PercentEncoding.encoded(model, keeping: "@") : "")
                + plain + query
        case .vertexClaude:
            if plain.hasSuffix("/count_tokens") { return "/models/count-tokens:rawPredict" }
            return "/models/" + PercentEncoding.encoded(model, keeping: "@") + (isStreaming ? ":streamRawPredict" : ":rawPredict")
        }
    }

    /// - Throws: `malformedBody` for a body that is no JSON object.
    func body(_ body: [UInt8], for exchange: Exchange) throws(GatewayError) -> [UInt8] {
        guard self == .vertexClaude else { return body }
        let client = exchange.request.head.fields.first("anthropic-version")
        let version = client.flatMap { $0.isEmpty || $0.hasPrefix("2023-") ? nil : $0 } ?? Self.vertexVersion
        // The model stands in the path, but where tokens are counted.
        let edits: [JSONEdit] =
            [.default(Self.versionMember, value: JSONText.quoted(version))] + (exchange.operation == .countTokens ? [] : [.remove(Self.modelMember)])
        do {
            return try JSONEditPlan(edits).applied(to: body)
        } catch let error as JSONError {
            throw .malformedBody(error)
        } catch {
            preconditionFailure("two edits of two members never contradict each other: \(error)")
        }
    }

    /// Whether the provider has nothing for this operation although it speaks the client's dialect.
    func lacks(_ operation: Operation) -> Bool {
        switch self {
        case .standard, .azure, .bedrock: false
        case .vertexGemini: operation == .embedContent || operation == .batchEmbedContents
        case .vertexClaude: operation == .other
        }
    }

    private static let versionMember = member("anthropic_version")
    private static let modelMember = member("model")

    private static func member(_ name: String) -> JSONPointer {
        do { return try JSONPointer(name) } catch { preconditionFailure("a plain name is a pointer: \(error)") }
    }

    /// - SeeAlso: https://learn.microsoft.com/azure/ai-foundry/openai/reference
    private static func isOfDeployment(_ path: String) -> Bool {
        ["/chat/completions", "/completions", "/embeddings"].contains(path) || path.hasPrefix("/images/") || path.hasPrefix("/audio/")
    }
}
