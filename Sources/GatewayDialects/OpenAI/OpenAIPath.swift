package import GatewayCore

/// The paths of the OpenAI API, which clients ask for with and without `/v1`.
///
/// Everything here is about the path alone: queries never take part.
package enum OpenAIPath {
    /// The list of models.
    package static let models = "/v1/models"
    private static let modelPrefix = models + "/"
    private static let mostCommon = "/v1/chat/completions"
    private static let mostCommonBelowVersion = "/chat/completions"

    /// The paths that nearly all requests have, which need no taking apart.
    private static let commonPaths: [String: String] = {
        let paths = ["/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions", "/v1/models"]
        return Dictionary(uniqueKeysWithValues: paths.map { ($0, $0) } + paths.map { (belowVersion($0), $0) })
    }()

    /// The path with `/v1` in front if it is one of the few that most requests have.
    package static func common(_ path: String) -> String? { commonPaths[path] }

    /// The path with `/v1` in front and no slash at the end; nil when it is no path of this API.
    ///
    /// A path that two readers could take for different ones is none of them: dot segments, also with parameters behind (`..;`), empty
    /// segments, backslashes, and percent-encoding, which a provider might resolve where the gateway has matched it as it stands. Only the
    /// id of a model that a client looks up may be encoded: no provider sees that path.
    package static func versioned(_ path: String, method: String) -> String? {
        if let known = commonPaths[path] { return known }
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        var segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
        if segments.last == "" { segments.removeLast() }
        if segments.first != "v1" { segments.insert("v1", at: 0) }
        guard segments.count > 1, segments.allSatisfy(isOrdinary) else { return nil }
        guard path.utf8.starts(with: "/v1/".utf8) || APIPaths.openAIRoots.contains(segments[1]) else { return nil }
        let versioned = "/" + segments.joined(separator: "/")
        guard !path.utf8.contains(UInt8(ascii: "%")) || operation(method: method, path: versioned) == .models else { return nil }
        return versioned
    }

    /// What a request to a path in its `/v1` form asks for.
    package static func operation(method: String, path: String) -> Operation {
        switch (method, path) {
        case ("POST", "/v1/chat/completions"): .chatCompletions
        case ("POST", "/v1/completions"): .completions
        case ("POST", "/v1/embeddings"): .embeddings
        case ("POST", "/v1/responses"): .responses
        case ("GET", _), ("HEAD", _): path == models || path.hasPrefix(modelPrefix) ? .models : .other
        default: .other
        }
    }

    /// Whether a path names a model, so that it asks for something of that model whatever its body says.
    package static func namesModel(_ path: String) -> Bool {
        path.hasPrefix(modelPrefix) || path.hasPrefix("/v1/engines/") || path.hasPrefix("/v1/deployments/")
    }

    /// The model that `/v1/models/{id}` names, percent-encoding resolved; nil for any other path. The id may hold slashes.
    package static func modelID(_ path: String) -> String? {
        guard path.hasPrefix(modelPrefix), path.utf8.count > modelPrefix.utf8.count else { return nil }
        return percentDecoded(path.dropFirst(modelPrefix.count))
    }

    /// The part of a `/v1` path that is appended to a provider's URL, which brings its own prefix: it starts with a slash.
    package static func belowVersion(_ path: String) -> String {
        // Most requests' path is put together once.
        if path == mostCommon { return mostCommonBelowVersion }
        return path.utf8.starts(with: "/v1/".utf8) ? String(Substring(path.utf8.dropFirst(3))) : path
    }

    /// Neither empty nor a dot segment, which some servers find also in front of a semicolon.
    static func isOrdinary(_ segment: String) -> Bool {
        let name = segment.prefix { $0 != ";" }
        return !segment.isEmpty && name != "." && name != ".."
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
