package import GatewayCore
package import HTTPWire
package import JSONBytes

/// One format of conversations as providers speak it: requests out, answers in. No I/O, no clock: values in, values out.
///
/// - SeeAlso: wire.md, sections 3 to 9
package protocol ChatProviderWire: Sendable {
    /// Writes a request for a provider of this format.
    ///
    /// - Parameter losses: is told what this format cannot say; it throws where that may not be left out.
    static func body(of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses) throws(GatewayError) -> JSONValue

    /// Reads a provider's whole answer.
    ///
    /// - Parameter ids: for calls that the provider gave none.
    static func answer(from body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer

    /// - Parameter ids: for calls that the provider gives none.
    static func reader(ids: ChatIDs) -> any ChatStreamReader
}

/// One format of conversations, both ways.
package protocol ChatWire: ChatProviderWire {
    /// Reads what a client of this format sent.
    ///
    /// - Throws: `fieldRefused` with the field as the client spells it, for what has the wrong type or cannot mean anything.
    static func request(from body: JSONValue, about facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest

    /// Writes a whole answer for a client.
    static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue

    static func writer(for facts: ChatAnswerFacts) -> any ChatStreamWriter
}

/// What is known of a client's request besides its body.
package struct ChatRequestFacts: Equatable, Sendable {
    /// The model of the path, for formats that put it there.
    package var model: String?
    /// Whether the path asks for a stream, for formats that put it there.
    package var isStreaming: Bool

    package init(model: String? = nil, isStreaming: Bool = false) {
        self.model = model
        self.isStreaming = isStreaming
    }
}

/// What the file says of the target that a request is written for.
package struct ChatTargetFacts: Equatable, Sendable {
    /// What the provider calls the model.
    package var model: String
    /// The output cap for clients that set none, where the format requires one (Anthropic). nil: `ChatTargetFacts.outputTokensDefault`.
    package var outputTokensMax: Int?
    /// How efforts are said to a provider that takes budgets, in tokens; efforts that are missing have no budget.
    package var reasoningBudgets: [ChatReasoning.Effort: Int]
    /// Whether the provider takes budgets (older Claude, Gemini 2.5) rather than efforts.
    package var takesBudgets: Bool
    /// How a provider of OpenAI's chat format differs from OpenAI.
    package var quirks: ChatQuirks

    /// Tokens. Named in docs/configuration.md.
    package static let outputTokensDefault = 4096
    /// wire.md, section 5.5.
    package static let standardBudgets: [ChatReasoning.Effort: Int] = [
        .none: 0, .minimal: 1024, .low: 1024, .medium: 8192, .high: 24_576, .xhigh: 32_768, .max: 32_768,
    ]

    package init(
        model: String, outputTokensMax: Int? = nil, reasoningBudgets: [ChatReasoning.Effort: Int] = ChatTargetFacts.standardBudgets,
        takesBudgets: Bool = false, quirks: ChatQuirks = ChatQuirks()
    ) {
        self.model = model
        self.outputTokensMax = outputTokensMax
        self.reasoningBudgets = reasoningBudgets
        self.takesBudgets = takesBudgets
        self.quirks = quirks
    }
}

/// What an answer has to know of the request it answers.
package struct ChatAnswerFacts: Equatable, Sendable {
    /// Letters and digits that make ids of this answer unique: `chatcmpl-` + seed, `msg_` + seed, `resp_` + seed.
    package var seed: String
    /// Seconds since 1970.
    package var created: Int
    /// The model as the client named it; stands where the provider's name is not known.
    package var model: String
    /// Whether the client asked for an OpenAI chat stream's last event, the token counts.
    package var wantsUsageEvent: Bool
    /// Whether thoughts are shown to a client whose format has a place for them, asked or not.
    package var showsThoughts: Bool
    /// Gemini: a JSON array instead of server-sent events.
    package var asArray: Bool
    /// Tools of the client's that are no functions, by their names.
    package var toolKinds: [String: ChatToolKind] = [:]

    package init(
        seed: String, created: Int, model: String, wantsUsageEvent: Bool = false, showsThoughts: Bool = true, asArray: Bool = false
    ) {
        self.seed = seed
        self.created = created
        self.model = model
        self.wantsUsageEvent = wantsUsageEvent
        self.showsThoughts = showsThoughts
        self.asArray = asArray
    }
}

/// Reads a provider's stream, event by event. The events it returns are in the order that `ChatEvent` promises.
package protocol ChatStreamReader: Sendable {
    mutating func read(_ event: SSEEvent) -> [ChatEvent]
    /// The connection has ended. Closes what is open where the format has no end mark of its own (Gemini); where the end mark is missing there is no `finish`.
    mutating func closed() -> [ChatEvent]
}

/// Writes a client's stream. Takes events in the order that `ChatEvent` promises.
package protocol ChatStreamWriter: Sendable {
    /// Appends what the client is to read. `failure` is not written here: errors are the dialect's (`Dialect.event`).
    mutating func write(_ event: ChatEvent, to output: inout [BodyChunk])
}
