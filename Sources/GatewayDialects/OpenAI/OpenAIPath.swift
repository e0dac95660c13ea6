package import GatewayCore

/// The paths of the OpenAI API, which clients ask for with and without `/v1`.
///
/// Everything here is about the path alone: queries never take part.
package enum OpenAIPath {
    /// The paths that nearly all requests have, which need no taking apart.
    private static let commonPaths: [String: String] = {
        let paths = ["/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions", "/v1/models"]
        return Dictionary(uniqueKeysWithValues: paths.map { ($0, $0) } + paths.map { (belowVersion($0), $0) })
    }()

    /// The path with `/v1` in front if it is one of the few that most requests have.
    package static func common(_ path: String) -> String? { commonPaths[path] }

    /// The path with `/v1` in front and no slash at the end; nil when it is no path of this API.
    ///
    /// A path that two readers could take for different ones is none of them: dot segments, empty segments, and percent-encoding outside
    /// the id of a model, where a provider might decode what the gateway had matched encoded.
    package static func versioned(_ path: String) -> String? {
        if let known = commonPaths[path] { return known }
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        var segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
        if segments.last == "" { segments.removeLast() }
        if segments.first != "v1" { segments.insert("v1", at: 0) }
        guard segments.count > 1, segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { return nil }
        guard path.utf8.starts(with: "/v1/".utf8) || APIPaths.openAIRoots.contains(segments[1]) else { return nil }
        guard segments[1] == "models" || !path.utf8.contains(UInt8(ascii: "%")) else { return nil }
        guard !hasEncodedDots(path) else { return nil }
        return "/" + segments.joined(separator: "/")
    }

    /// What a request to a path in its `/v1` form asks for.
    package static func operation(method: String, path: String) -> Operation {
        switch (method, path) {
        case ("POST", "/v1/chat/completions"): .chatCompletions
        case ("POST", "/v1/completions"): .completions
        case ("POST", "/v1/embeddings"): .embeddings
        case ("POST", "/v1/responses"): .responses
        case ("GET", "/v1/models"), ("HEAD", "/v1/models"): .models
        case ("GET", _) where modelID(path) != nil: .models
        default: .other
        }
    }

    /// The model that `/v1/models/{id}` names, percent-encoding resolved; nil for any other path. The id may hold slashes.
    package static func modelID(_ path: String) -> String? {
        let prefix = "/v1/models/"
        guard path.hasPrefix(prefix), path.utf8.count > prefix.utf8.count else { return nil }
        return percentDecoded(path.dropFirst(prefix.count))
    }

    /// The part of a `/v1` path that is appended to a provider's URL, which brings its own prefix: it starts with a slash.
    package static func belowVersion(_ path: String) -> String {
        path.hasPrefix("/v1/") ? String(path.dropFirst(3)) : path
    }

    /// `%2e`, a dot that some servers resolve after the path has been checked.
    private static func hasEncodedDots(_ path: String) -> Bool {
        path.contains("%2e") || path.contains("%2E")
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else { return nil }
            bytes.append(high << 4 | low)
        }
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
