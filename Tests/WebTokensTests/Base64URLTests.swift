import Testing
import WebTokens

@Suite("Base64 for URLs")
struct Base64URLTests {
    @Test(arguments: [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Pz8_", "???"), ("fn5-", "~~~")])
    func `gives the bytes back`(text: String, bytes: String) {
        #expect(Base64URL.decoded(text.utf8) == Array(bytes.utf8))
    }

    @Test(arguments: ["Zg==", "Zm8=", "Zh", "Zm9", "Z", "Zm9vY", "Pz8/", "fn5+", "Zm 9v", "Zm9v\n", "\u{E9}", "Zm9v\u{0}"])
    func `has one spelling for each`(text: String) {
        #expect(Base64URL.decoded(text.utf8) == nil)
    }
}
