/// An answer before it is delivered.
struct MockAnswer: Sendable {
    enum Body: Sendable {
        case whole([UInt8])
        case events(MockEvents)
    }

    var status = 200
    var fields: [(String, String)]
    var body: Body

    static func json(_ body: [UInt8], status: Int = 200) -> MockAnswer {
        MockAnswer(status: status, fields: [("content-type", "application/json")], body: .whole(body))
    }

    static func events(_ events: MockEvents) -> MockAnswer {
        MockAnswer(fields: [("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")], body: .events(events))
    }
}

/// The events of a stream, each made when it is its turn: a long stream takes no memory.
struct MockEvents: Sendable {
    /// What comes before the text, as bytes of the stream.
    let opening: [[UInt8]]
    let pieceCount: Int
    /// One piece of the text, 0 to `pieceCount` - 1.
    let piece: @Sendable (Int) -> [UInt8]
    /// What comes after it.
    let closing: [[UInt8]]
    /// What tells of an error in this dialect's streams.
    let failure: [UInt8]

    var count: Int { opening.count + pieceCount + closing.count }

    subscript(index: Int) -> [UInt8] {
        if index < opening.count { return opening[index] }
        let place = index - opening.count
        return place < pieceCount ? piece(place) : closing[place - pieceCount]
    }
}
