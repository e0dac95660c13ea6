import Testing

@testable import HTTPWire

@Suite("Header fields")
struct HeaderFieldsTests {
    private let fields = HeaderFields([
        ("Host", "x"), ("Accept", "a, b"), ("X-One", "1"), ("ACCEPT", ",c ,, d"), ("accept", "e"), ("hosts", "no"), ("X-Empty", ""),
    ])

    @Test func `are found by their lower-case name whatever case they came in`() {
        #expect(fields.first("accept") == "a, b")
        #expect(fields.all("accept") == ["a, b", ",c ,, d", "e"])
        #expect(fields.contains("host"))
        #expect(fields.first("x-empty")?.isEmpty == true)
    }

    @Test(arguments: ["hos", "hostss", "x-two", "", "x_one"])
    func `are not found by part of a name`(name: String) {
        #expect(!fields.contains(name))
        #expect(fields.first(name) == nil)
        #expect(fields.all(name).isEmpty)
    }

    @Test(arguments: [1, 31, 32, 62, 63, 64, 65, 127, 128]) func `are found however long their names are`(length: Int) {
        let name = String(repeating: "n", count: length)
        let fields = HeaderFields([("accept", "a"), (name, "b")])

        #expect(fields.first(name) == "b")
        #expect(fields.first(name + "n") == nil)
        #expect(fields.first(String(name.dropLast())) == nil)
    }

    @Test func `are walked in order, names in lower case`() {
        #expect(fields.count == 7)
        #expect(fields.map(\.name) == ["host", "accept", "x-one", "accept", "accept", "hosts", "x-empty"])
        #expect(fields.map(\.value) == ["x", "a, b", "1", ",c ,, d", "e", "no", ""])
    }

    @Test func `give the elements of a list over all its lines`() {
        #expect(fields.elements(of: "accept") == ["a", "b", "c", "d", "e"])
        #expect(fields.elements(of: "x-empty").isEmpty)
    }

    @Test func `may be none`() {
        #expect(HeaderFields().count == 0)
        #expect(HeaderFields().first("host") == nil)
    }
}

@Suite("Byte sets")
struct ByteSetTests {
    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    @Test(arguments: [
        (ByteSet.token, letters + "!#$%&'*+-.^_`|~"), (ByteSet.hostName, letters + "-._~!$&'()*+,;="),
        (ByteSet.hexDigit, "0123456789abcdefABCDEF"),
    ])
    func `hold exactly the bytes of their definition`(set: ByteSet, members: String) {
        for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == members.utf8.contains(byte), "byte \(byte)") }
    }

    @Test func `of hexadecimal digits give their value`() {
        for byte in UInt8.min...UInt8.max {
            #expect(byte.hexValue == (byte < 128 ? Character(UnicodeScalar(byte)).hexDigitValue : nil))
        }
    }

    @Test func `of field values leave out control bytes but HTAB`() {
        for byte in UInt8.min...UInt8.max { #expect(byte.isFieldValue == (byte == 9 || (byte >= 32 && byte != 127))) }
    }

    @Test func `of field values are told apart wherever the byte stands in the value`() {
        for place in 0..<19 {
            for byte in UInt8.min...UInt8.max {
                var value = [UInt8](repeating: UInt8(ascii: "a"), count: 19)
                value[place] = byte
                #expect(value.span.isFieldValue(0..<19) == byte.isFieldValue, "byte \(byte) at \(place)")
            }
        }
    }
}
