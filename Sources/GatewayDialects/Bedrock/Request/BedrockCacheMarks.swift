/// Where a client wants the prompt to be cached up to, as far as Bedrock can be told: behind the instructions, the tools, or a message.
///
/// Clients mark blocks (`cache_control`); here a mark stands at the end of what the block is in, which is where nearly all marks are. How long something
/// is kept is not said.
///
/// - SeeAlso: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
struct BedrockCacheMarks {
    /// Of one request, at most.
    private static let countMax = 4
    private static let ending = ".cache_control"

    let isBehindSystem: Bool
    let isBehindTools: Bool
    /// Places of the messages that a mark stands behind: the last ones, where there are too many.
    let messages: Set<String>

    init(_ request: ChatRequest, for maker: BedrockMaker) {
        let fields = maker == .anthropic || maker == .amazon ? request.extras.map(\.field).filter(Self.isMark) : []
        isBehindSystem = fields.contains { $0.hasPrefix("system") }
        isBehindTools = fields.contains { $0.hasPrefix("tools") }
        let left = Self.countMax - (isBehindSystem ? 1 : 0) - (isBehindTools ? 1 : 0)
        var places: [String] = []
        for field in fields where field.hasPrefix("messages[") {
            let place = String(field.prefix { $0 != "." })
            if places.last != place { places.append(place) }
        }
        messages = Set(places.suffix(left))
    }

    /// What is left for the answer's head to name: everything else.
    func rest(of extras: [ChatExtra]) -> [ChatExtra] {
        extras.filter { !isCarried($0.field) }
    }

    private func isCarried(_ field: String) -> Bool {
        guard Self.isMark(field) else { return false }
        if field.hasPrefix("system") { return isBehindSystem }
        if field.hasPrefix("tools") { return isBehindTools }
        return messages.contains(String(field.prefix { $0 != "." }))
    }

    private static func isMark(_ field: String) -> Bool { field.hasSuffix(ending) }
}
