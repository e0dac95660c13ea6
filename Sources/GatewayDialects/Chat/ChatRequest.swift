package import JSONBytes

/// A request for a conversation's next turn, in no format: what the four formats have in common.
///
/// A reader fills it from one format, a writer makes another of it. What only one format has is in `extras`, so that nothing vanishes without
/// a word: `ChatLosses` decides whether it may be left out.
package struct ChatRequest: Equatable, Sendable {
    /// Who is asked to answer, and how much of it. Numbers keep the client's spelling.
    package struct Sampling: Equatable, Sendable {
        package var outputTokensMax: JSONNumber?
        package var temperature: JSONNumber?
        package var topP: JSONNumber?
        package var topK: JSONNumber?
        package var frequencyPenalty: JSONNumber?
        package var presencePenalty: JSONNumber?
        package var seed: JSONNumber?
        package var stop: [String] = []

        package init() {}
    }

    /// The client's format.
    package var format: ChatFormat
    /// As the client named it.
    package var model: String
    package var isStreaming = false
    /// What stands before the conversation: one text for each message or block of the client's, in order.
    package var system: [String] = []
    package var turns: [ChatTurn] = []
    package var tools: [ChatTool] = []
    package var toolChoice: ChatToolChoice?
    /// True when the model may call one tool at a time only.
    package var callsOneAtATime = false
    package var sampling = Sampling()
    package var output = ChatOutput.text
    /// nil when the client says nothing about thinking.
    package var reasoning: ChatReasoning?
    /// An opaque name of the end user.
    package var user: String?
    /// What the client said that no other format can say.
    package var extras: [ChatExtra] = []

    package init(format: ChatFormat, model: String) {
        self.format = format
        self.model = model
    }
}

/// What the answer has to be.
package enum ChatOutput: Equatable, Sendable {
    case text
    /// Some JSON object.
    case json
    case schema(ChatSchema)
}

/// A JSON Schema that the answer has to satisfy.
package struct ChatSchema: Equatable, Sendable {
    package var name: String?
    package var description: String?
    package var schema: JSONValue
    package var isStrict: Bool?

    package init(name: String? = nil, description: String? = nil, schema: JSONValue, isStrict: Bool? = nil) {
        self.name = name
        self.description = description
        self.schema = schema
        self.isStrict = isStrict
    }
}

/// How much the model should think before it answers.
package struct ChatReasoning: Equatable, Sendable {
    /// From least to most; each format has some of these words.
    package enum Effort: String, CaseIterable, Comparable, Sendable {
        case none, minimal, low, medium, high, xhigh, max

        package static func < (left: Effort, right: Effort) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!  // every case is one of all
        }
    }

    package var effort: Effort?
    /// Tokens; 0: no thinking.
    package var budgetTokens: Int?
    /// The model decides how much, within `effort`.
    package var isAdaptive = false
    /// Whether the client wants to read the thoughts; nil: whatever is usual.
    package var showsThoughts: Bool?

    package init(effort: Effort? = nil, budgetTokens: Int? = nil, isAdaptive: Bool = false, showsThoughts: Bool? = nil) {
        self.effort = effort
        self.budgetTokens = budgetTokens
        self.isAdaptive = isAdaptive
        self.showsThoughts = showsThoughts
    }
}

/// A function that the model may call.
package struct ChatTool: Equatable, Sendable {
    package var name: String
    package var description: String?
    /// JSON Schema of an object; nil: no parameters.
    package var parameters: JSONValue?
    package var isStrict: Bool?
    /// What it was declared as. Every format can have it as a function.
    package var kind = ChatToolKind.function

    package init(
        name: String, description: String? = nil, parameters: JSONValue? = nil, isStrict: Bool? = nil, kind: ChatToolKind = .function
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.isStrict = isStrict
        self.kind = kind
    }
}

/// What a tool is to the client that runs it.
package enum ChatToolKind: Equatable, Sendable {
    case function
    /// OpenAI's: takes free text instead of JSON. `format` is a grammar that the text has to follow; nil: any text. As a function it has one parameter,
    /// `input`.
    case custom(format: JSONValue?)
    /// OpenAI's: runs a command on the client's machine, as Codex CLI does.
    case localShell

    package var isCustom: Bool { if case .custom = self { true } else { false } }
}

/// Which tools the model may or must call.
package enum ChatToolChoice: Equatable, Sendable {
    case auto
    case none
    /// At least one, whichever.
    case any
    case tool(String)
    /// One of these; `isRequired`: at least one.
    case allowed([String], isRequired: Bool)
}

/// Something a client said that no other format can say.
package struct ChatExtra: Equatable, Sendable {
    package enum Weight: Equatable, Sendable {
        /// Does not change what the answer says (accounting, caching, delivery). Left out, and named in the answer's head.
        case hint
        /// Makes the answer another one, if not a wrong one. Refused, or left out where the route allows it.
        case tuning
        /// Without it the answer would be wrong. Always refused; the reason is a sentence that quotes nothing.
        case meaning(String)
    }

    /// As the client spells it, with its place: `logit_bias`, `messages[3].content[0].cache_control`.
    package var field: String
    package var weight: Weight
    /// The setting itself, where it is one that OpenAI's two formats share.
    package var shared: ChatSharedSetting?

    package init(_ field: String, _ weight: Weight, shared: ChatSharedSetting? = nil) {
        self.field = field
        self.weight = weight
        self.shared = shared
    }
}

/// A setting that OpenAI's chat and responses have, and no other format.
package struct ChatSharedSetting: Equatable, Sendable {
    /// By the member's name, which is the same in both but for `verbosity`: that stands in `text` in responses.
    package enum Name: String, CaseIterable, Sendable {
        case metadata, store, verbosity, moderation
        case serviceTier = "service_tier"
        case promptCacheKey = "prompt_cache_key"
        case promptCacheRetention = "prompt_cache_retention"
        case promptCacheOptions = "prompt_cache_options"
    }

    package var name: Name
    package var value: JSONValue

    package init(_ name: Name, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}
