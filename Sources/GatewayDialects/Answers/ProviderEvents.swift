import HTTPWire

/// Why the events of a provider's stream cannot be read on.
struct ProviderEventsError: Error {
    /// A sentence that quotes nothing.
    let reason: String
}

/// Takes the events of a provider's stream out of their framing: server-sent events, or AWS's messages, of which each becomes an event of its name.
struct ProviderEvents: Sendable {
    private var events: SSEReader
    /// nil: the stream is made of server-sent events.
    private var messages: EventStreamReader?

    /// - Parameter eventBytesMax: bytes of one event.
    init(of provider: ChatFormat, eventBytesMax: Int) {
        events = SSEReader(eventBytesMax: eventBytesMax)
        messages = provider == .bedrock ? EventStreamReader(messageBytesMax: eventBytesMax) : nil
    }

    mutating func feed(_ bytes: [UInt8]) {
        if messages != nil { messages?.feed(bytes) } else { events.feed(bytes) }
    }

    mutating func next() throws(ProviderEventsError) -> SSEEvent? {
        guard messages == nil else { return try message() }
        do throws(SSEError) { return try events.next() } catch { throw ProviderEventsError(reason: "one event is too long.") }
    }

    /// What is left when the stream has ended. Half a message is none.
    mutating func finish() throws(ProviderEventsError) -> SSEEvent? {
        guard messages == nil else { return nil }
        do throws(SSEError) { return try events.finish() } catch { throw ProviderEventsError(reason: "one event is too long.") }
    }

    private mutating func message() throws(ProviderEventsError) -> SSEEvent? {
        do throws(EventStreamError) {
            return try messages?.next().map { SSEEvent(name: $0.name, data: $0.payload) }
        } catch {
            switch error {
            case .messageTooLarge: throw ProviderEventsError(reason: "one event is too long.")
            case .damaged: throw ProviderEventsError(reason: "a message of its stream is damaged.")
            }
        }
    }
}
