import Testing

@testable import HTTPWire

@Suite("A stream of AWS's messages")
struct EventStreamTests {
    private static let messages = [
        EventStreamMessage(name: "messageStart", payload: Array(#"{"role":"assistant"}"#.utf8)),
        EventStreamMessage(name: "contentBlockDelta", payload: Array(#"{"delta":{"text":"Grüße"}}"#.utf8)),
        EventStreamMessage(name: "empty", payload: []),
        EventStreamMessage(.exception, name: "throttlingException", payload: Array(#"{"message":"Slow down."}"#.utf8)),
        EventStreamMessage(.error, name: "InternalError", payload: []),
    ]
    private static let bytes = messages.flatMap(\.encoded)

    private func read(
        _ pieces: [[UInt8]], bytesMax: Int = 1 << 16
    ) throws(EventStreamError) -> (messages: [EventStreamMessage], pendingBytes: Int) {
        var reader = EventStreamReader(messageBytesMax: bytesMax)
        var found: [EventStreamMessage] = []
        for piece in pieces {
            reader.feed(piece)
            while let message = try reader.next() { found.append(message) }
        }
        return (found, reader.pendingBytes)
    }

    @Test func `has the checksum that everybody has`() {
        #expect(CRC32.value(of: Array("123456789".utf8)[...]) == 0xCBF4_3926)
    }

    @Test func `is read alike wherever it is cut`() throws {
        for cut in 0...Self.bytes.count {
            let found = try read([Array(Self.bytes[..<cut]), Array(Self.bytes[cut...])])

            #expect(found.messages == Self.messages && found.pendingBytes == 0, "cut at \(cut)")
        }
        #expect(try read(Self.bytes.map { [$0] }).messages == Self.messages)
    }

    @Test func `keeps half a message to itself`() throws {
        let found = try read([Array(Self.bytes.dropLast())])

        #expect(found.messages == Self.messages.dropLast() && found.pendingBytes > 0)
    }

    @Test func `ends where one bit is wrong`() {
        let message = Self.messages[1].encoded
        for index in message.indices {
            for bit in 0..<8 {
                var damaged = message
                damaged[index] ^= 1 << bit
                #expect(throws: EventStreamError.damaged, "byte \(index), bit \(bit)") { try read([damaged]) }
            }
        }
    }

    @Test func `ends where a message is longer than the limit, before it is there`() {
        let long = EventStreamMessage(name: "x", payload: Array(repeating: 0x20, count: 4096)).encoded

        #expect(throws: EventStreamError.messageTooLarge(bytesMax: 1024)) { try read([Array(long.prefix(12))], bytesMax: 1024) }
        #expect(throws: Never.self) { try read([long], bytesMax: long.count) }
    }

    @Test func `knows every type of header, and only text by name`() throws {
        var headers: [UInt8] = []
        for (type, value) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
            headers += [1, UInt8(ascii: "h"), UInt8(type)] + Array(repeating: 0xFF, count: value)
        }
        headers += [1, UInt8(ascii: "b"), 6, 0, 2, 1, 2]
        let event = Array(":event-type".utf8)
        headers += [UInt8(event.count)] + event + [7, 0, 2] + Array("hi".utf8)

        #expect(EventStreamHeaders(headers[...])?.eventType == "hi")
        #expect(EventStreamHeaders([1, UInt8(ascii: "h"), 10]) == nil)
        for count in 1..<headers.count where EventStreamHeaders(headers.prefix(count)[...])?.eventType == "hi" {
            #expect(Bool(false), "\(count) bytes are not all of them")
        }
    }

    @Test func `never comes to harm, whatever bytes come`() {
        var random = SeededGenerator(seed: 11)
        for number in 0..<3000 {
            var bytes = Self.bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
                default: bytes.removeSubrange(at..<min(bytes.count, at + 40))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...97, using: &random))
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }

            let found = (try? read(pieces).messages) ?? []

            #expect(found.allSatisfy { Self.messages.contains($0) }, "number \(number)")
        }
    }
}
