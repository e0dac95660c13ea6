extension ChatAnswer {
    /// The same answer as a stream: each part in one piece.
    package var events: [ChatEvent] {
        var events: [ChatEvent] = [.start(id: id, model: model, usage: nil)]
        for part in parts { events += Self.events(part) }
        if let usage { events.append(.usage(usage)) }
        return events + [.stop(stop), .finish]
    }

    private static func events(_ part: ChatPart) -> [ChatEvent] {
        switch part {
        case .text(let text): whole(.text, text)
        case .refusal(let text): whole(.refusal, text)
        case .thinking(let thinking): whole(.thinking, thinking.text, thinking.seal)
        case .call(let call): whole(.call(id: call.id, name: call.name), call.arguments, call.seal)
        case .image, .audio, .document, .result: []  // not in answers (`parts`)
        }
    }

    private static func whole(_ start: ChatPartStart, _ text: String, _ seal: ChatSeal? = nil) -> [ChatEvent] {
        var events: [ChatEvent] = [.begin(start)]
        if !text.isEmpty { events.append(.delta(text)) }
        if let seal { events.append(.seal(seal)) }
        return events + [.end]
    }
}
