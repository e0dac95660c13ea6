/// The head of a server's answer, interim ones excepted.
package struct ReceivedHead: Sendable {
    /// 200 to 999.
    package let status: Int
    package let fields: HeaderFields
    /// How the body that follows is delimited.
    let framing: ResponseFraming
    /// Whether the connection may carry another request after this answer.
    let keepAlive: Bool
}
