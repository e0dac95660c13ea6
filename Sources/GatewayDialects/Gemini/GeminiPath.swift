package import GatewayCore
import HTTPWire

/// What a path of the Gemini API asks for: there the model and the wish for a stream are part of it.
///
/// Everything here is about the path alone, but for `wantsEvents`.
package struct GeminiPath: Equatable, Sendable {
    private static let version = "v1beta"

    package let operation: Operation
    /// Percent-encoding resolved; nil where the path names none.
    package let model: String?
    package let isStreaming: Bool
    /// With `/v1beta` in front and the model's name encoded in one way.
    package let canonical: String

    /// A path that two readers could take for different ones is none of them: dot segments, also with parameters behind (`..;`), empty segments,
    /// backslashes and encoded dots.
    ///
    /// - Parameter speaksGemini: whether the request has an `x-goog-api-key`: Google's own client asks for `/v1/models`, as OpenAI's does.
    /// - Returns: nil when it is no path of this API. Without `v1beta` in front only the conversations, counts and embeddings are: the rest
    ///   of `/v1` and of what has no version belongs to OpenAI.
    package init?(method: String, path: String, speaksGemini: Bool = false) {
        guard let segments = Self.segments(of: path) else { return nil }
        let isVersioned = segments[0] == Self.version
        let rest = isVersioned || segments[0] == "v1" ? Array(segments.dropFirst()) : segments
        if rest.first == "models", rest.count > 1, method == "POST", let call = GeminiCall(rest.dropFirst().joined(separator: "/")) {
            self.init(
                call.operation, model: call.model, isStreaming: call.isStreaming,
                below: "models/" + PercentEncoding.encoded(call.model, keeping: ":") + ":" + call.verb)
        } else if isVersioned || speaksGemini, rest.first == "models", method == "GET" || method == "HEAD" {
            let model = GeminiCall.decoded(rest.dropFirst().joined(separator: "/"))
            guard rest.count == 1 || model != nil else { return nil }
            self.init(.models, model: model, below: "models" + (model.map { "/" + PercentEncoding.encoded($0, keeping: ":") } ?? ""))
        } else if isVersioned, !rest.isEmpty, !path.utf8.contains(UInt8(ascii: "%")), !rest.contains(where: GeminiCall.isNameless) {
            self.init(.other, model: nil, below: rest.joined(separator: "/"))
        } else {
            return nil
        }
    }

    private init(_ operation: Operation, model: String?, isStreaming: Bool = false, below: String) {
        self.operation = operation
        self.model = model
        self.isStreaming = isStreaming
        canonical = "/" + Self.version + "/" + below
    }

    /// Whether a stream is to be made of events; else it is one long list.
    ///
    /// - Parameter query: what follows the first `?`.
    package static func wantsEvents(query: String?) -> Bool {
        (query ?? "").split(separator: "&").contains { $0 == "alt=sse" || $0 == "$alt=sse" || $0 == "%24alt=sse" }
    }

    /// Where a provider is asked, below a URL that ends in `/v1beta`, or for Vertex AI in `/publishers/google`. Streams are always events.
    ///
    /// - Parameter model: as the provider calls it, with or without `models/` in front.
    /// - Precondition: `operation` is one of this dialect's that names a model.
    package static func target(model: String, operation: Operation, isStreaming: Bool) -> String {
        let collection = ["models", "tunedModels"].first { model.hasPrefix($0 + "/") }
        let name = collection.map { String(model.dropFirst($0.utf8.count + 1)) } ?? model
        return "/" + (collection ?? "models") + "/" + PercentEncoding.encoded(name, keeping: ":") + ":" + verb(operation, isStreaming)
    }

    /// Where Vertex AI makes embeddings.
    package static func predict(model: String) -> String { "/models/" + PercentEncoding.encoded(model, keeping: ":") + ":predict" }

    private static func verb(_ operation: Operation, _ isStreaming: Bool) -> String {
        switch operation {
        case .generateContent: isStreaming ? "streamGenerateContent?alt=sse" : "generateContent"
        case .countTokens: "countTokens"
        case .embedContent: "embedContent"
        case .batchEmbedContents: "batchEmbedContents"
        case .chatCompletions, .completions, .embeddings, .responses, .messages, .models, .other:
            preconditionFailure("\(operation.rawValue) is not an operation of this dialect")
        }
    }

    /// - Returns: nil unless there is at least one and all are what they seem.
    private static func segments(of path: String) -> [String]? {
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(UInt8(ascii: "\\")), !path.contains("%2e"), !path.contains("%2E") else {
            return nil
        }
        var segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if segments.last == "" { segments.removeLast() }
        guard !segments.isEmpty, segments.allSatisfy(OpenAIPath.isOrdinary) else { return nil }
        return segments
    }
}

/// `{model}:{verb}`, the end of a path.
private struct GeminiCall {
    /// Bytes of a model's name.
    private static let modelBytesMax = 256

    let operation: Operation
    let isStreaming: Bool
    let model: String
    let verb: String

    /// - Returns: nil for a verb that is not known here.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let model = Self.decoded(text[..<colon]) else { return nil }
        verb = String(text[text.index(after: colon)...])
        self.model = model
        isStreaming = verb == "streamGenerateContent"
        switch verb {
        case "generateContent", "streamGenerateContent": operation = .generateContent
        case "countTokens": operation = .countTokens
        case "embedContent": operation = .embedContent
        case "batchEmbedContents": operation = .batchEmbedContents
        default: return nil
        }
    }

    /// Whether a verb stands behind nothing, or behind dots that might be taken for a way up.
    static func isNameless(_ segment: String) -> Bool { [":", ".:", "..:"].contains { segment.hasPrefix($0) } }

    /// The name of a model out of a path.
    ///
    /// - Returns: nil for broken encoding, control bytes, dot segments, and names too long to be any.
    static func decoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else { return nil }
            bytes.append(high << 4 | low)
        }
        guard (1...modelBytesMax).contains(bytes.count), !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        let segments = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard segments.allSatisfy({ !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
