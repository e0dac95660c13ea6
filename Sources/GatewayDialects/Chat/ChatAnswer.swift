package import GatewayCore

/// A whole answer, in no format.
package struct ChatAnswer: Equatable, Sendable {
    /// The provider's id of it.
    package var id: String?
    /// As the provider names it.
    package var model: String?
    /// Text, refusal, thinking and calls, in order. Texts are not empty.
    package var parts: [ChatPart]
    package var stop: ChatStop
    package var usage: Usage?

    package init(id: String? = nil, model: String? = nil, parts: [ChatPart] = [], stop: ChatStop, usage: Usage? = nil) {
        self.id = id
        self.model = model
        self.parts = parts
        self.stop = stop
        self.usage = usage
    }
}

/// Why the model stopped.
///
/// `calls` is decided by the presence of calls, not by the provider's word; an answer that ran out of room stays `length` even then, since its arguments
/// may be cut (wire.md, section 7.6).
package enum ChatStop: Equatable, Sendable {
    case finished
    /// One of the client's stop sequences; the matched one where the provider says it.
    case sequence(String?)
    case length
    case calls
    /// Held back by the provider's or the model's own rules.
    case filtered
}

/// Why a provider's answer, status 200, is none.
package struct ChatFault: Error, Equatable, Sendable {
    /// The status that the fault stands for where the provider says one; nil: it could not be read, or it is the provider's own failure.
    package var status: Int?
    /// A sentence that quotes nothing.
    package var reason: String
    /// The provider's own words, for the client: bounded, and nil where there are none.
    package var message: String?

    package init(status: Int? = nil, reason: String, message: String? = nil) {
        self.status = status
        self.reason = reason
        self.message = message
    }
}
