package import GatewayCore

/// What a translation leaves out. Nothing is left out in silence: it is refused, or named in the answer's head (`x-weir-dropped`).
package struct ChatLosses: Equatable, Sendable {
    /// The file's `lossy`.
    package enum Policy: String, CaseIterable, Sendable {
        /// 400 that names the field.
        case refuse
        /// The field is left out and named in the answer's head.
        case drop
    }

    /// Fields named in the head; more than these are counted only.
    private static let fieldsMax = 32

    private let policy: Policy
    private let target: ChatFormat
    /// As the client spells them, without repetition.
    package private(set) var dropped: [String] = []

    /// - Parameter target: the format that is written.
    package init(policy: Policy, target: ChatFormat) {
        self.policy = policy
        self.target = target
    }

    /// Leaves out what does not change the answer.
    package mutating func hint(_ field: String) {
        guard dropped.count < Self.fieldsMax, !dropped.contains(field) else { return }
        dropped.append(field)
    }

    /// Leaves out what would have made the answer another one, if the file allows it.
    ///
    /// - Parameter reason: a sentence that quotes nothing; nil: the format has no such field.
    package mutating func tuning(_ field: String, _ reason: String? = nil) throws(GatewayError) {
        guard policy == .drop else { throw .fieldRefused(field: field, reason: reason ?? Self.reason(target)) }
        hint(field)
    }

    /// What must not be left out: the answer would be wrong.
    package func meaning(_ field: String, _ reason: String? = nil) -> GatewayError {
        .fieldRefused(field: field, reason: reason ?? Self.reason(target))
    }

    /// All that only the client's format can say. A writer calls it first.
    ///
    /// - Parameter carriesShared: whether the provider has the settings that OpenAI's formats share.
    /// - Returns: those settings, if it has.
    @discardableResult
    package mutating func takeExtras(
        of request: ChatRequest, carryingShared carriesShared: Bool = false
    ) throws(GatewayError) -> [ChatSharedSetting] {
        var shared: [ChatSharedSetting] = []
        for extra in request.extras {
            if carriesShared, let setting = extra.shared {
                shared.append(setting)
                continue
            }
            switch extra.weight {
            case .hint: hint(extra.field)
            case .tuning: try tuning(extra.field)
            case .meaning(let reason): throw .fieldRefused(field: extra.field, reason: reason)
            }
        }
        return shared
    }

    private static func reason(_ target: ChatFormat) -> String {
        "the provider of this model speaks the \(target.title) format, which has no such thing. Leave it out, or ask for lossy: drop on this route."
    }
}

extension ChatFormat {
    /// As people call it.
    package var title: String {
        switch self {
        case .openAIChat: "OpenAI chat"
        case .openAIResponses: "OpenAI responses"
        case .anthropic: "Anthropic messages"
        case .gemini: "Gemini"
        case .bedrock: "Bedrock"
        }
    }
}
