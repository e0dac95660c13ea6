package import GatewayCore

/// The paths of Anthropic's messages API, which clients ask for with and without `/v1`. The list of models has the path that it has in the OpenAI
/// dialect, and is not looked for here.
package enum AnthropicPath {
    /// The path with `/v1` in front and no slash at the end; nil when it is no path of this API.
    ///
    /// A path that two readers could take for different ones is none of them: dot segments, also with parameters behind (`..;`), empty segments,
    /// backslashes, and percent-encoding.
    package static func versioned(_ path: String) -> String? {
        switch path {
        case "/v1/messages", "/messages": return "/v1/messages"
        case "/v1/messages/count_tokens", "/messages/count_tokens": return "/v1/messages/count_tokens"
        default: break
        }
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(where: "%\\".utf8.contains) else { return nil }
        var segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
        if segments.last == "" { segments.removeLast() }
        if segments.first == "v1" { segments.removeFirst() }
        guard segments.first == "messages", segments.allSatisfy(OpenAIPath.isOrdinary) else { return nil }
        return "/v1/" + segments.joined(separator: "/")
    }

    /// What a request to a path in its `/v1` form asks for; nil for anything that is passed on as it is, such as batches.
    package static func operation(method: String, path: String) -> Operation? {
        switch (method, path) {
        case ("POST", "/v1/messages"): .messages
        case ("POST", "/v1/messages/count_tokens"): .countTokens
        default: nil
        }
    }
}
