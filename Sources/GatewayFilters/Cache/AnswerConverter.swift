package import GatewayCore

/// Turns a complete answer of one operation into the form that a client asked for.
///
/// Returning nil means that this answer cannot be turned; the request is then a miss.
package protocol AnswerConverter: Sendable {
    /// The stream that says the same, end mark and (marked as such) the event with the token counts included.
    func stream(fromJSON body: [UInt8]) -> [BodyChunk]?
    /// - Parameter chunks: a whole stream as it was received. A chunk may hold several events.
    func json(fromStream chunks: [BodyChunk]) -> [UInt8]?
}
