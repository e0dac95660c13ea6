/// Brings a provider's pieces into the order that `ChatEvent` promises: parts one after another, each begun and ended once.
///
/// Formats without an end of parts (OpenAI chat, Gemini) feed it. Deltas of several calls may interleave: while one call is open, the pieces of others are
/// kept, and follow as soon as the open one's arguments are a whole JSON object, or the answer stops.
package struct ChatSequencer: Sendable {
    private struct Call: Sendable {
        var number: Int
        var id: String?
        var name: String?
        /// Not yet given out.
        var arguments = ""
        var seal: ChatSeal?
        var completeness = JSONCompleteness()
        var hasBegun = false
        var hasArguments = false
    }

    private enum Open: Equatable, Sendable {
        case nothing, text, refusal, thinking
        case call
    }

    private var open = Open.nothing
    private var calls: [Call] = []
    private var ids: ChatIDs
    /// Numbers of calls that have ended: nothing may follow for them.
    private var ended: Set<Int> = []
    /// Whether any call has been seen.
    package private(set) var hasCalls = false
    /// Whether a piece came for a call that had ended, or a call never got a name: the answer cannot be told rightly any more.
    package private(set) var isBroken = false

    package init(ids: ChatIDs) {
        self.ids = ids
    }

    package mutating func text(_ delta: String, to events: inout [ChatEvent]) { plain(delta, .text, .text, &events) }
    package mutating func refusal(_ delta: String, to events: inout [ChatEvent]) { plain(delta, .refusal, .refusal, &events) }
    package mutating func thinking(_ delta: String, to events: inout [ChatEvent]) { plain(delta, .thinking, .thinking, &events) }

    /// A seal of the thoughts so far; it begins a thinking part of its own where none is open.
    package mutating func seal(_ seal: ChatSeal, to events: inout [ChatEvent]) {
        if open != .thinking {
            close(to: &events)
            events.append(.begin(.thinking))
            open = .thinking
        }
        events.append(.seal(seal))
        close(to: &events)
    }

    /// A piece of a call.
    ///
    /// - Parameters:
    ///   - number: what the provider tells calls apart by.
    ///   - id, name: nil or empty when this piece does not say; the call begins once its name is known.
    package mutating func call(
        _ number: Int, id: String?, name: String?, arguments: String, seal: ChatSeal? = nil, to events: inout [ChatEvent]
    ) {
        hasCalls = true
        guard !ended.contains(number) else {
            if !arguments.isEmpty { isBroken = true }
            return
        }
        if calls.isEmpty { close(to: &events) }
        let index = calls.firstIndex { $0.number == number } ?? calls.endIndex
        if index == calls.endIndex { calls.append(Call(number: number)) }
        if let id, !id.isEmpty, calls[index].id == nil { calls[index].id = id }
        if let name, !name.isEmpty, calls[index].name == nil { calls[index].name = name }
        if let seal { calls[index].seal = seal }
        calls[index].arguments += arguments
        calls[index].completeness.feed(arguments)
        advance(to: &events)
    }

    /// Ends whatever is open and gives out what was kept.
    package mutating func close(to events: inout [ChatEvent]) {
        while !calls.isEmpty {
            begin(&events, mint: true)
            finishFirst(&events)
        }
        if open != .nothing, open != .call { events.append(.end) }
        open = .nothing
    }

    private mutating func plain(_ delta: String, _ kind: Open, _ start: ChatPartStart, _ events: inout [ChatEvent]) {
        guard !delta.isEmpty else { return }
        if open != kind {
            close(to: &events)
            events.append(.begin(start))
            open = kind
        }
        events.append(.delta(delta))
    }

    /// Gives out what the first call has, and goes on to the next while the first is whole and others wait.
    private mutating func advance(to events: inout [ChatEvent]) {
        while !calls.isEmpty {
            begin(&events, mint: false)
            guard calls[0].hasBegun else { return }
            giveArguments(&events)
            guard calls.count > 1, calls[0].completeness.isComplete else { return }
            finishFirst(&events)
        }
    }

    private mutating func begin(_ events: inout [ChatEvent], mint: Bool) {
        guard !calls[0].hasBegun, mint || (calls[0].name != nil && calls[0].id != nil) else { return }
        if calls[0].name == nil { isBroken = true }
        events.append(.begin(.call(id: calls[0].id ?? ids.call(), name: calls[0].name ?? "")))
        calls[0].hasBegun = true
        open = .call
    }

    private mutating func giveArguments(_ events: inout [ChatEvent]) {
        guard !calls[0].arguments.isEmpty else { return }
        events.append(.delta(calls[0].arguments))
        calls[0].arguments = ""
        calls[0].hasArguments = true
    }

    private mutating func finishFirst(_ events: inout [ChatEvent]) {
        giveArguments(&events)
        // No arguments are an empty object everywhere (wire.md, section 7.3).
        if !calls[0].hasArguments { events.append(.delta("{}")) }
        if let seal = calls[0].seal { events.append(.seal(seal)) }
        events.append(.end)
        ended.insert(calls.removeFirst().number)
        open = .nothing
    }
}

/// Whether pieces of JSON text make up a whole object yet.
package struct JSONCompleteness: Equatable, Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    package private(set) var isComplete = false

    package init() {}

    package mutating func feed(_ text: String) {
        for byte in text.utf8 where !isComplete {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                isComplete = depth <= 0
            default: break
            }
        }
    }
}
