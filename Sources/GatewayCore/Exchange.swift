package import HTTPWire
package import JSONBytes
package import MonotonicClock

/// A client's request as the pipeline sees it.
package struct ClientRequest: Sendable {
    package let head: RequestHead
    package let body: [UInt8]

    package init(head: RequestHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}

/// The wire format a client or a provider speaks.
package enum Dialect: String, CaseIterable, Sendable {
    case openai, anthropic, gemini

    /// Written out where other modules compare: what the compiler makes is reached through a table of the protocol.
    @inlinable
    package static func == (left: Dialect, right: Dialect) -> Bool {
        switch (left, right) {
        case (.openai, .openai), (.anthropic, .anthropic), (.gemini, .gemini): true
        default: false
        }
    }
}

/// What a request asks for, by its path.
package enum Operation: String, CaseIterable, Sendable {
    case chatCompletions = "chat"
    case completions
    case embeddings
    case responses
    /// Anthropic's conversations.
    case messages
    /// Gemini's conversations, plain and streamed.
    case generateContent = "generate"
    case countTokens = "count_tokens"
    /// Gemini's embeddings, of one text and of several.
    case embedContent = "embed"
    case batchEmbedContents = "batch_embed"
    case models
    case other

    /// See `Dialect`.
    @inlinable
    package static func == (left: Operation, right: Operation) -> Bool {
        switch (left, right) {
        case (.chatCompletions, .chatCompletions), (.completions, .completions), (.embeddings, .embeddings), (.responses, .responses),
            (.messages, .messages), (.generateContent, .generateContent), (.countTokens, .countTokens), (.embedContent, .embedContent),
            (.batchEmbedContents, .batchEmbedContents), (.models, .models), (.other, .other):
            true
        default: false
        }
    }
}

/// One request on its way through the pipeline. Belongs to one worker; filters write down what they learn.
package final class Exchange {
    package let request: ClientRequest
    package let worker: any WorkerServices
    package let cancellation = Cancellation()
    package let started: Instant
    package let requestID: String
    /// `traceparent` for the provider: the client's trace with a span of our own, or a new trace.
    package let trace: TraceContext

    package var dialect = Dialect.openai
    package var operation = Operation.other
    /// The path in its `/v1` form, without the query.
    package var path: String
    /// As the client named it.
    package var model: String?
    package var isStreaming = false
    /// Byte range of the `model` value in the body, in JSON with its quotes.
    package var modelRange: Range<Int>?
    /// The body's members that the gateway looks at, for edits without a second pass; nil when the body is no JSON object.
    package var bodyScan: JSONTopLevel?
    /// True when the client reads a stream as one long JSON list (Gemini without `alt=sse`).
    package var wantsArray = false
    /// True when the client itself asked for the event with the token counts.
    package var wantsUsageEvent = false
    /// True when the request goes on with something that one provider account keeps: no other target can serve it, no cache may.
    package var isBoundToAccount = false
    /// True for the gateway's own repetition of a request, whose answer takes the place of a kept one that is too old: no client waits for it.
    package var isRefresh = false
    package var caller: Caller?
    /// Whose the request's credential is; nil until somebody looked. Routing may look before authentication does.
    package var identity: Identity?
    /// Who opened the connection; nil where there is none. A proxy's address, where one stands between.
    package var peer: IPAddress?
    /// The most tokens that each answer may have, whatever the client asked for: what limits have left. nil: as the client has it.
    package var outputTokensMax: Int?
    /// Where the route's limits stand for this request, what it holds of them included; empty unless something is decided by that.
    package var limitsInUse: [LimitInUse] = []
    /// Fields that filters add to whatever answer the client gets, errors included (limits, cache outcome).
    package var responseHeaders: [HeaderField] = []
    /// Whether the gateway states limits of its own to the client of a detached exchange, whose `responseHeaders` do not show them.
    private var isToldLimits = false
    package var record = RequestRecord()

    package init(
        request: ClientRequest, worker: any WorkerServices, started: Instant, requestID: String, trace: TraceContext, path: String
    ) {
        self.request = request
        self.worker = worker
        self.started = started
        self.requestID = requestID
        self.trace = trace
        self.path = path
    }

    /// What the request came to, moved out rather than copied: two dozen counted references. Nothing may be written down after it.
    package func takeRecord() -> RequestRecord {
        var record = RequestRecord()
        swap(&record, &self.record)
        return record
    }

    // Of the record, looked at where it is: elsewhere a look would copy it.

    /// Whether the answer is paid for by another request.
    package var isAnsweredFromCache: Bool { record.isAnsweredFromCache }

    /// What all attempts together used; nil when nobody knows of anything.
    package var usageOfAttempts: Usage? { record.usageOfAttempts }

    /// Whether the gateway states limits of its own to the client.
    package var statesLimits: Bool {
        isToldLimits || responseHeaders.contains { $0.name.hasPrefix("x-ratelimit-") || $0.name.hasPrefix("anthropic-ratelimit-") }
    }

    /// A second life of the same request on the same worker: a copy that is not cancelled when this one is.
    ///
    /// What either learns from here on, the other does not see. The copy starts without `responseHeaders`, so that what is added to it
    /// can be told from what was there before.
    ///
    /// - Parameter started: nil: when this one did.
    package func detached(startingAt started: Instant? = nil) -> Exchange {
        let copy = Exchange(
            request: request, worker: worker, started: started ?? self.started, requestID: requestID, trace: trace, path: path)
        copy.dialect = dialect
        copy.operation = operation
        copy.model = model
        copy.isStreaming = isStreaming
        copy.modelRange = modelRange
        copy.bodyScan = bodyScan
        copy.wantsArray = wantsArray
        copy.wantsUsageEvent = wantsUsageEvent
        copy.isBoundToAccount = isBoundToAccount
        copy.isRefresh = isRefresh
        copy.caller = caller
        copy.identity = identity
        copy.peer = peer
        copy.outputTokensMax = outputTokensMax
        copy.limitsInUse = limitsInUse
        copy.isToldLimits = statesLimits
        copy.record = record
        return copy
    }
}
