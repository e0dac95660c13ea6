import JSONBytes

/// Counts the bytes of text in events that are passed on without being parsed, so that tokens can be reckoned where nobody counts them.
///
/// The events of a stream are alike: where the text of one begins, that of the next does. So the place is remembered, and an event costs a look at it and
/// the length of its text; only an event of another shape is searched.
struct TextMeter: Sendable {
    private let names: [JSONWord]
    /// Bytes of text so far, escapes resolved.
    private(set) var byteCount = 0
    /// Where the text of the last event began, and what stands right before it: `"content":"`.
    private var place = 0
    private var lead: [UInt8] = []

    /// - Parameter names: of the members whose strings the model writes, in quotes.
    init(_ names: [JSONWord]) { self.names = names }

    /// - Parameter data: of one event.
    mutating func take(_ data: ArraySlice<UInt8>) {
        let text = data.span
        if isAtPlace(text) { byteCount += Self.length(text, place) } else { search(text) }
    }

    private func isAtPlace(_ text: Span<UInt8>) -> Bool {
        guard !lead.isEmpty, text.count > place else { return false }
        let start = place - lead.count
        for index in lead.indices where text[start + index] != lead[index] { return false }
        return true
    }

    /// With several texts in one event there is no place to remember: the next event may have one of them only.
    private mutating func search(_ text: Span<UInt8>) {
        var found: [(name: Int, start: Int)] = []
        for word in names {
            var at = 0
            while let end = word.end(in: text, from: at) {
                at = end
                guard let start = Self.stringBehind(text, end) else { continue }
                found.append((end, start))
                byteCount += Self.length(text, start)
            }
        }
        guard found.count == 1, let only = found.first else {
            lead = []
            return
        }
        let beginning = (0..<only.name).last { text[$0] == UInt8(ascii: "\"") && $0 < only.name - 1 } ?? only.name
        lead = (beginning..<only.start).map { text[$0] }
        place = only.start
    }

    /// Where a string's text begins behind a name: after a colon and a quote, with white space around the colon.
    private static func stringBehind(_ text: Span<UInt8>, _ end: Int) -> Int? {
        var at = end
        var hasColon = false
        while at < text.count {
            switch text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: break
            case UInt8(ascii: ":") where !hasColon: hasColon = true
            case UInt8(ascii: "\"") where hasColon: return at + 1
            default: return nil
            }
            at += 1
        }
        return nil
    }

    /// Bytes of UTF-8 from `start` to the closing quote. A pair of surrogates counts 6 instead of 4.
    private static func length(_ text: Span<UInt8>, _ start: Int) -> Int {
        var at = start
        var length = 0
        while at < text.count, text[at] != UInt8(ascii: "\"") {
            guard text[at] == UInt8(ascii: "\\") else {
                at &+= 1
                length &+= 1
                continue
            }
            let isCode = at + 5 < text.count && text[at + 1] == UInt8(ascii: "u")
            let isLow = isCode && text[at + 2] == UInt8(ascii: "0") && text[at + 3] < UInt8(ascii: "8")
            length &+= isCode ? (isLow ? 2 : 3) : 1
            at &+= isCode ? 6 : 2
        }
        return length
    }
}
