import Testing

@testable import HTTPWire

@Suite("The event reader")
struct SSEReaderTests {
    @Test func `reads name, data, id and retry`() throws {
        let events = try readEvents("event: delta\ndata: {\"a\": 1}\nid: 7\nretry: 250\n\ndata: next\n\n")

        #expect(events == [PlainEvent(name: "delta", data: "{\"a\": 1}", id: "7", retry: 250), PlainEvent(data: "next")])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `takes every line end`(end: String) throws {
        let stream = ["event: a", "data: 1", "data: 2", "", "data: 3", "", ""].joined(separator: end)

        #expect(try readEvents(stream) == [PlainEvent(name: "a", data: "1\n2"), PlainEvent(data: "3")])
    }

    @Test(arguments: [
        ("data:x\n\n", "x"), ("data: x\n\n", "x"), ("data:  x \n\n", " x "), ("data\n\n", ""), ("data:\n\n", ""), ("data\ndata\n\n", "\n"),
        ("data: a\ndata:\ndata: b\n\n", "a\n\nb"), ("data: a: b\n\n", "a: b"), ("\u{FEFF}data: x\n\n", "x"), ("data: \u{FEFF}\n\n", "\u{FEFF}"),
        (": note\ndata: x\n: note\n\n", "x"), ("Data: no\ndata: x\n\n", "x"), ("data : no\ndata: x\n\n", "x"), ("dat\ndata: x\n\n", "x"),
        ("data:\tx\n\n", "\tx"), ("data: {\"a\": 1          }\n\n", "{\"a\": 1          }"), ("data: x\r\ndata: y\rdata: z\n\r\n", "x\ny\nz"),
    ])
    func `joins the data of an event as the specification says`(stream: String, data: String) throws {
        #expect(try readEvents(stream) == [PlainEvent(data: data)])
        #expect(eventsByTheBook(Array(stream.utf8)) == [PlainEvent(data: data)])
    }

    @Test(arguments: ["retry: 1x\n", "retry: -1\n", "retry:\n", "retry: 99999999999999999999\n", "id: a\0b\n", "event:\n", "event\n"])
    func `passes over fields that say nothing`(field: String) throws {
        #expect(try readEvents(field + "data: x\n\n") == [PlainEvent(data: "x")])
    }

    @Test func `gives blocks without data too, marked`() throws {
        let blocks = try readBlocks([Array(": keep-alive\n\ndata: x\n\n\nretry: 5\n\n".utf8)])

        #expect(blocks.map { String(decoding: $0.raw, as: UTF8.self) } == [": keep-alive\n\n", "data: x\n\n", "\n", "retry: 5\n\n"])
        #expect(blocks.map(\.hasData) == [false, true, false, false])
        #expect(blocks[0].data.isEmpty)
    }

    @Test(arguments: ["data: x", "data: x\n", "data: x\r\n", "data: x\r"])
    func `gives an event whose empty line never came, marked`(stream: String) throws {
        let blocks = try readBlocks([Array("data: a\n\n\(stream)".utf8)])

        #expect(blocks.map(\.isComplete) == [true, false])
        #expect(blocks[1].data.elementsEqual("x".utf8))
        #expect(blocks[1].raw.elementsEqual(stream.utf8))
    }

    @Test(arguments: ["\n\n", "\r\n\r\n", "\r\r", "\r\n\n"])
    func `gives an event as soon as its empty line is there`(end: String) throws {
        var reader = SSEReader()

        reader.feed(Array("data: x\(end)".utf8))

        #expect(try reader.next()?.raw.elementsEqual("data: x\(end)".utf8) == true)
        #expect(reader.pendingBytes == 0)
    }

    @Test func `waits for the LF of a CR LF that was cut`() throws {
        var reader = SSEReader()

        reader.feed(Array("data: x\r\n\r".utf8))
        #expect(try reader.next() == nil)
        reader.feed(Array("\ndata: y".utf8))

        #expect(try reader.next()?.raw.elementsEqual("data: x\r\n\r\n".utf8) == true)
        #expect(try reader.next() == nil)
    }

    @Test func `leaves an LF behind two lone CRs to the next block, be it there already or not`() throws {
        let cut = try readBlocks([Array("data: x\r\r".utf8), Array("\ndata: y\n\n".utf8)])
        let whole = try readBlocks([Array("data: x\r\r\ndata: y\n\n".utf8)])

        #expect(whole.map { String(decoding: $0.raw, as: UTF8.self) } == ["data: x\r\r", "\ndata: y\n\n"])
        #expect(cut == whole)
    }

    @Test func `tells names apart without making strings`() throws {
        let block = try #require(try readBlocks([Array("event: ping\ndata: {}\n\n".utf8)]).first)

        #expect(block.isNamed("ping"))
        #expect(!block.isNamed("pin"))
    }

    @Test(arguments: ["\n", "\r\n", "\r"], [0, 1, 2, 3, 4])
    func `holds its limit whether the event is whole or not`(end: String, missing: Int) throws {
        let event = "data: 12345" + end + end
        let fits = Array(("data: a\n\n" + event).utf8)
        let limit = event.utf8.count

        #expect(try readBlocks([fits], eventBytesMax: limit).count == 2)
        #expect(throws: SSEError.eventTooLarge(bytesMax: limit - 1)) { try readBlocks([fits], eventBytesMax: limit - 1) }
        #expect(throws: SSEError.eventTooLarge(bytesMax: 8)) { try readBlocks([Array(event.utf8.dropLast(missing))], eventBytesMax: 8) }
    }

    @Test func `does not wait for the end of an event that is already too large`() throws {
        var reader = SSEReader(eventBytesMax: 8)

        reader.feed(Array("data: 12".utf8))
        #expect(try reader.next() == nil)
        reader.feed([0x33])

        #expect(throws: SSEError.eventTooLarge(bytesMax: 8)) { try reader.next() }
    }

    @Test func `gives what came before an event that is too large`() throws {
        var reader = SSEReader(eventBytesMax: 20)
        reader.feed(Array("data: a\n\ndata: 0123456789abcdef".utf8))

        #expect(try reader.next()?.data.elementsEqual("a".utf8) == true)
        #expect(throws: SSEError.eventTooLarge(bytesMax: 20)) { try reader.next() }
        #expect(throws: SSEError.eventTooLarge(bytesMax: 20)) { try reader.next() }
    }

    @Test func `reads a large event in small pieces, and gives its memory back`() throws {
        var reader = SSEReader()
        let piece = [UInt8](repeating: 0x61, count: 997)

        reader.feed(Array("data: ".utf8))
        for _ in 0..<4_000 {
            reader.feed(piece)
            #expect(try reader.next() == nil)
        }
        reader.feed(Array("\n\ndata: b".utf8))
        let event = try #require(try reader.next())
        #expect(try reader.next() == nil)

        #expect(event.data.count == 4_000 * 997)
        #expect(reader.pendingBytes == 7)
        #expect(reader.capacityBytes < 64 << 10)
    }
}

@Suite("The event writer")
struct SSEWriterTests {
    private func written(_ event: String?, _ data: String) -> String {
        var output: [UInt8] = []
        SSEWriter.append(event: event, data: Array(data.utf8), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `writes the name and the data`() {
        #expect(written("ping", "{}") == "event: ping\ndata: {}\n\n")
        #expect(written(nil, "[DONE]") == "data: [DONE]\n\n")
        #expect(written(nil, "") == "data: \n\n")
    }

    @Test(arguments: ["a\nb", "a\r\nb", "a\rb"])
    func `writes a data line per line, whatever ends it`(data: String) {
        #expect(written(nil, data) == "data: a\ndata: b\n\n")
    }

    @Test(arguments: ["", "x", "\n", "\n\n", "a\n", "\na", "a\n\nb", " a"])
    func `is read back as it was written`(data: String) throws {
        #expect(try readEvents(written("e", data)) == [PlainEvent(name: "e", data: data)])
    }

    @Test(arguments: ["\r\n\r\n", "a\r\r\nb\n", "\r"])
    func `leaves no way to end an event from within its data`(data: String) throws {
        #expect(try readEvents(written("e", data)).count == 1)
    }

    @Test func `keeps names and comments on their line`() throws {
        var output: [UInt8] = []
        SSEWriter.append(comment: "keep-alive\n\ndata: forged", to: &output)
        SSEWriter.append(event: "a\r\ndata: forged", data: [], to: &output)

        #expect(String(decoding: output, as: UTF8.self) == ": keep-alive  data: forged\n\nevent: a  data: forged\ndata: \n\n")
    }
}
