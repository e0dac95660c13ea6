package import HTTPWire

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
    case openai
}

/// What a request asks for, by its path.
package enum Operation: String, CaseIterable, Sendable {
    case chatCompletions = "chat"
    case completions
    case embeddings
    case responses
    case models
    case other
}

/// One request on its way through the pipeline. Belongs to one worker; filters write down what they learn.
package final class Exchange {
    package let request: ClientRequest
    package let worker: any WorkerServices
    package let cancellation = Cancellation()
    package let started: ContinuousClock.Instant
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
    /// Byte range of the `model` value in the body, quotes included.
    package var modelRange: Range<Int>?
    /// True when the client itself asked for the event with the token counts.
    package var wantsUsageEvent = false
    package var caller: Caller?
    /// Fields that filters add to whatever answer the client gets, errors included (limits, cache outcome).
    package var responseHeaders: [HeaderField] = []
    package var record = RequestRecord()

    package init(
        request: ClientRequest, worker: any WorkerServices, started: ContinuousClock.Instant, requestID: String, trace: TraceContext, path: String
    ) {
        self.request = request
        self.worker = worker
        self.started = started
        self.requestID = requestID
        self.trace = trace
        self.path = path
    }
}
