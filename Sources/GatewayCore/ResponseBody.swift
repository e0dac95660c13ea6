package import HTTPWire

/// How an answer ended. Each body has exactly one.
package enum BodyEnd: Equatable, Sendable {
    /// The client has it whole.
    case finished
    case failed(GatewayError)
    /// The client went away first.
    case cancelled
}

/// A piece of a streamed answer.
package struct BodyChunk: Equatable, Sendable {
    package var bytes: [UInt8]
    /// True for an event that carries nothing but token counts, which the gateway asked for itself: it is left out for a client
    /// that did not ask for it (`Exchange.wantsUsageEvent`), and kept in the cache.
    package var isUsageOnly: Bool

    package init(_ bytes: [UInt8], isUsageOnly: Bool = false) {
        self.bytes = bytes
        self.isUsageOnly = isUsageOnly
    }
}

/// A streamed answer: pulled chunk by chunk by whoever writes it to the client, on one worker.
package protocol BodySource: AnyObject {
    /// The next piece to send; nil when the answer is complete, end mark included.
    ///
    /// - Throws: what ended it early; nothing follows.
    func next() async throws(GatewayError) -> BodyChunk?
    /// Hands the pieces to `take` as they come, until it wants no more. Sources that can do so spare the task a wake-up for each.
    ///
    /// - Returns: true when the answer is complete; false once `take` has returned false, which has what it was given and wants no more for now.
    /// - Throws: as `next` does.
    func pass(to take: @escaping (BodyChunk) -> Bool) async throws(GatewayError) -> Bool
    /// Gives up whatever is behind it, at once, and returns when the request's record says what that came to. Called when the client goes away; may
    /// be called after the end.
    func cancel() async
}

extension BodySource {
    package func pass(to take: @escaping (BodyChunk) -> Bool) async throws(GatewayError) -> Bool {
        while let chunk = try await next() {
            guard take(chunk) else { return false }
        }
        return true
    }
}

/// The body of an answer, and who wants to know how it ended.
package final class ResponseBody {
    package enum Content {
        case bytes([UInt8])
        case stream(any BodySource)
    }

    package let content: Content
    /// The handler added first, which is mostly the only one, and those behind it: one alone needs no list.
    private var first: ((BodyEnd) -> Void)?
    private var others: [(BodyEnd) -> Void] = []
    package private(set) var ended: BodyEnd?

    package init(_ content: Content) {
        self.content = content
    }

    /// A body that nobody wrote out was given up: whoever holds something for it gets it back.
    deinit { end(.cancelled) }

    package convenience init(bytes: [UInt8]) { self.init(.bytes(bytes)) }

    package var isStream: Bool {
        if case .stream = content { true } else { false }
    }

    /// Runs `handler` when the answer has ended, the handler added last first: what was taken last is given back first.
    package func onEnd(_ handler: @escaping (BodyEnd) -> Void) {
        if let ended {
            handler(ended)
        } else if first == nil {
            first = handler
        } else {
            others.append(handler)
        }
    }

    /// Says how the answer ended. Only the first call counts.
    package func end(_ end: BodyEnd) {
        guard ended == nil else { return }
        ended = end
        let (earliest, later) = (first, others)
        (first, others) = (nil, [])
        for handler in later.reversed() { handler(end) }
        earliest?(end)
    }
}

/// An answer on its way to the client.
package struct Response {
    package var status: Int
    package var headers: [HeaderField]
    package var body: ResponseBody

    package init(status: Int, headers: [HeaderField] = [], body: ResponseBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
