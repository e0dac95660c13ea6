import GatewayDialects
import JSONBytes
import Testing

@Suite("A seal's envelope")
struct ChatSealTests {
    @Test(arguments: [
        ChatSeal(.thought, "c2lnbmF0dXJl"), ChatSeal(.encrypted, "gAAA.b.c", id: "rs_1.2"), ChatSeal(.redacted, ""), ChatSeal(.signature, "é.🙂"),
    ])
    func `holds the seal whole`(seal: ChatSeal) {
        #expect(ChatSeal(envelope: seal.envelope) == seal)
    }

    @Test(arguments: ["", "EqQBCgIYAhIM", "weir1.thought..x", "d2VpcjEu", "d2VpcjEuZm9vLi54"])
    func `is told from a provider's own seal`(text: String) {
        #expect(ChatSeal(envelope: text) == nil)
        #expect(ChatSeal(found: text, native: .signature) == ChatSeal(.signature, text))
    }

    @Test(arguments: [[], [0], [0, 255], [1, 2, 3], [250, 251, 252, 253], Array(0...255)] as [[UInt8]])
    func `is spelled in base64 that reads back`(bytes: [UInt8]) {
        #expect(Base64.decoded(Base64.encoded(bytes)) == bytes)
    }

    @Test(arguments: ["A", "A===", "=AAA", "AA=A", "A A=", "AB==C"])
    func `is refused when it is no base64`(text: String) {
        #expect(Base64.decoded(text) == nil)
    }
}
