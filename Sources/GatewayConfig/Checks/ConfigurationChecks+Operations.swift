import GatewayCore
import YAMLReader

/// What is special about the requests that a route can get.
private struct Operations: OptionSet {
    let rawValue: Int

    /// Their answers cost tokens.
    static let tokens = Operations(rawValue: 1)
    /// Their answers have tokens of their own.
    static let output = Operations(rawValue: 2)
    /// They are conversations.
    static let prompt = Operations(rawValue: 4)
    /// Their answers can be kept.
    static let cache = Operations(rawValue: 8)

    static let chat: Operations = [.tokens, .output, .prompt, .cache]

    private static let byPath: [String: Operations] = [
        "/v1/chat/completions": .chat, "/v1/responses": .chat, "/v1/messages": .chat, "/v1/messages/count_tokens": [.prompt],
        "/v1/completions": [.tokens, .output, .cache], "/v1/embeddings": [.tokens, .cache], "/v1/models": [], "/v1beta/models": [],
    ]

    /// - Returns: nil where anything can come.
    static func possible(with match: MatchConfig) -> Operations? {
        // What could not be read stands there empty.
        if !match.methods.isEmpty, !match.methods.contains(where: { ["POST", ""].contains($0) }) { return [] }
        guard !match.paths.isEmpty else { return nil }
        var all: Operations = []
        for path in match.paths {
            guard path.isExact, let operations = byPath[path.versioned] else { return nil }
            all.formUnion(operations)
        }
        return all
    }
}

extension ConfigurationChecks {
    /// Policies for what no request on the route can be. Warnings: one list of limits is often several routes'.
    func checkOperations(ofRoute index: Int) {
        let route = configuration.routes[index]
        guard let possible = Operations.possible(with: route.match) else { return }
        for (number, limit) in route.quota.enumerated() {
            guard case .tokens(let weights) = limit.allowance.measure else { continue }
            let position = places["routes", .item(index), "quota", .item(number), "allow"]
            if !possible.contains(.tokens) {
                context.warn("this limit is never reached: no request on this route costs tokens", at: position)
            } else if weights == .outputOnly, !possible.contains(.output) {
                context.warn("this limit is never reached: no answer on this route has output tokens", at: position)
            }
        }
        if route.cache != nil, !possible.contains(.cache) {
            context.warn("this cache stays empty: no answer on this route can be kept", at: places["routes", .item(index), "cache"])
        }
        if route.transform.systemPrepend ?? route.transform.systemAppend != nil, !possible.contains(.prompt) {
            context.warn(
                "this system prompt is never sent: no request on this route is a conversation", at: places["routes", .item(index), "transform"])
        }
    }
}
