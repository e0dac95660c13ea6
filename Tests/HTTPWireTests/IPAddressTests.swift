import HTTPWire
import Testing

@Suite("An IP address")
struct IPAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("::1", "0:0:0:0:0:0:0:1"), ("::", "0:0:0:0:0:0:0:0"),
        ("2001:DB8::8:800:200c:417a", "2001:db8:0:0:8:800:200c:417a"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1::", "1:0:0:0:0:0:0:0"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("64:ff9b::192.0.2.33", "64:ff9b:0:0:0:0:c000:221"), ("::1.2.3.4", "0:0:0:0:0:0:102:304"),
    ])
    func `is read in every spelling`(text: String, expected: String) {
        #expect(IPAddress(text)?.text == expected)
    }

    @Test(arguments: [
        "", " ", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1.2.3.0x4", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "::1%eth0", "[::1]", "1.2.3.4:80", "::1.2.3", "1.2.3.4::", "::+1",
        "1:2:3:4:5:6:1.2.3.4:7", "localhost",
    ])
    func `is nothing else`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "203.0.113.9", true), ("::/0", "2001:db8::1", true), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
        ("192.0.2.7/32", "192.0.2.7", true),
        ("::1", "::1", true),
    ])
    func `is in a block or is not`(block: String, address: String, isInside: Bool) throws {
        #expect(try AddressBlock(block).contains(#require(IPAddress(address))) == isInside)
    }

    @Test func `makes no block when it is not clear which`() {
        #expect(throws: AddressBlock.Mistake.bitsBehindLength(network: "10.0.0.0/8")) { try AddressBlock("10.0.0.1/8") }
        #expect(throws: AddressBlock.Mistake.badLength(max: 32)) { try AddressBlock("10.0.0.0/33") }
        #expect(throws: AddressBlock.Mistake.badLength(max: 128)) { try AddressBlock("::/129") }
        #expect(throws: AddressBlock.Mistake.badLength(max: 32)) { try AddressBlock("10.0.0.0/") }
        #expect(throws: AddressBlock.Mistake.noAddress) { try AddressBlock("/8") }
    }
}
