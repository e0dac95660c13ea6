package import GatewayCore

/// A step of a streamed answer, in no format.
///
/// A reader gives them in this order, and whatever a provider does, no other:
///
///     start (begin delta* end)* usage* stop usage* finish
///
/// with `usage` and `ping` anywhere after `start`. Parts never overlap (`ChatSequencer` sees to that), `begin` counts from 0 without gaps, `stop` closes
/// the last part, and `finish` comes only when the provider's own end mark has. A `failure` may stand anywhere and is the last.
package enum ChatEvent: Equatable, Sendable {
    /// The first. `usage` where the provider counts the input at once (Anthropic).
    case start(id: String?, model: String?, usage: Usage?)
    case begin(ChatPartStart)
    /// Text of the part that is open: prose, thoughts, a refusal, or JSON text of arguments. Never empty.
    case delta(String)
    /// The seal of the open thinking part or call.
    case seal(ChatSeal)
    case end
    /// Token counts so far; later ones replace earlier ones.
    case usage(Usage)
    case stop(ChatStop)
    /// The end mark. Nothing follows.
    case finish
    /// A sign of life and nothing else.
    case ping
    /// An error event. Nothing follows.
    case failure(ChatFault)
}

/// What a part of a streamed answer is.
package enum ChatPartStart: Equatable, Sendable {
    case text
    case refusal
    /// Thoughts, which may stay empty and only carry a seal.
    case thinking
    case call(id: String, name: String)
}
