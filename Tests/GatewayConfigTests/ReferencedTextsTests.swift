import Testing

@testable import GatewayConfig

@Suite("What references stand for")
struct ReferencedTextsTests {
    private func hidden(_ message: String, _ texts: String...) -> String {
        var references = ReferencedTexts()
        for text in texts { references.remember(text) }
        return references.hidden(in: message)
    }

    @Test func `is hidden wherever it stands in a message`() {
        let words = "what its reference stands for"

        #expect(hidden("there is no \"sk-secret\"", "sk-secret") == "there is no \(words)")
        #expect(hidden("the file /run/sk-secret/ca is empty", "sk-secret") == "the file /run/\(words)/ca is empty")
        #expect(hidden("the header sk-secret is set", "SK-Secret") == "the header \(words) is set")
        #expect(hidden("remove of /a~1b~0c", "a/b~c") == "remove of /\(words)")
        #expect(hidden("nothing of it", "sk-secret") == "nothing of it")
    }

    @Test func `is hidden also where two of them overlap`() {
        #expect(hidden("x abcdefgh y", "abcdef", "defgh") == "x what its reference stands for y")
    }

    @Test func `is hidden where a message cuts it short`() {
        let long = String(repeating: "0123456789", count: 20)

        #expect(!hidden("no \(long.prefix(60))… here", long).contains("0123"))
    }

    @Test func `is hidden in quotes only when it is so short that it would be found everywhere`() {
        #expect(hidden("a key \"a\" again", "a") == "a key what its reference stands for again")
    }

    @Test func `is not suggested`() {
        var references = ReferencedTexts()
        references.remember("abc")
        references.remember("sk-secret")

        #expect(references.cover("abc") && references.cover("sk-secret") && references.cover("xsk-secret"))
        #expect(!references.cover("abcd") && !references.cover("sk"))
    }
}
