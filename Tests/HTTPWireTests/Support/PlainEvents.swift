@testable import HTTPWire

/// What a client sees of one event.
struct PlainEvent: Equatable {
    var name: String?
    var data: [UInt8]
    var id: String?
    var retry: Int?

    init(name: String? = nil, data: String, id: String? = nil, retry: Int? = nil) {
        (self.name, self.data, self.id, self.retry) = (name, Array(data.utf8), id, retry)
    }

    init(_ event: SSEEvent) {
        (name, data, id, retry) = (event.name, Array(event.data), event.id, event.retryMilliseconds)
    }
}

/// Reads all of `pieces`, as blocks.
func readBlocks(_ pieces: [[UInt8]], eventBytesMax: Int = 8 << 20) throws(SSEError) -> [SSEEvent] {
    var reader = SSEReader(eventBytesMax: eventBytesMax)
    var blocks: [SSEEvent] = []
    for piece in pieces {
        reader.feed(piece)
        while let block = try reader.next() { blocks.append(block) }
    }
    while let block = try reader.finish() { blocks.append(block) }
    return blocks
}

/// The events of `text` with data, whole or not.
func readEvents(_ text: String) throws(SSEError) -> [PlainEvent] {
    try readBlocks([Array(text.utf8)]).filter(\.hasData).map(PlainEvent.init)
}

/// The rules of the specification written down plainly and slowly, to compare with: the whole events of a stream.
///
/// - SeeAlso: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6
func eventsByTheBook(_ stream: [UInt8]) -> [PlainEvent] {
    var events: [PlainEvent] = []
    var event = PlainEvent(data: "")
    var dataLines: [[UInt8]] = []
    for line in linesByTheBook(stream.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(stream.dropFirst(3)) : stream) {
        if line.isEmpty {
            event.data = Array(dataLines.joined(separator: [0x0A]))
            if !dataLines.isEmpty { events.append(event) }
            event = PlainEvent(data: "")
            dataLines = []
            continue
        }
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? Array(parts[1]) : []
        if value.first == 0x20 { value.removeFirst() }
        let text = String(decoding: value, as: UTF8.self)
        switch String(decoding: parts[0], as: UTF8.self) {
        case "data": dataLines.append(value)
        case "event": event.name = value.isEmpty ? nil : text
        case "id" where !value.contains(0): event.id = text
        case "retry" where !value.isEmpty && value.count <= 15 && value.allSatisfy { (0x30...0x39).contains($0) }: event.retry = Int(text)
        default: break
        }
    }
    return events
}

/// Lines that were ended.
private func linesByTheBook(_ stream: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var line: [UInt8] = []
    var previous: UInt8 = 0
    for byte in stream {
        if byte == 0x0D || (byte == 0x0A && previous != 0x0D) {
            lines.append(line)
            line = []
        } else if byte != 0x0A {
            line.append(byte)
        }
        previous = byte
    }
    return lines
}
