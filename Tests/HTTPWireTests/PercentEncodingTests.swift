import HTTPWire
import Testing

@Suite("Percent-encoding")
struct PercentEncodingTests {
    @Test(arguments: [
        ("gpt-4.1_mini~x", "", "gpt-4.1_mini~x"), ("a/b?c#d", "", "a%2Fb%3Fc%23d"), ("a/b:c", "/", "a/b%3Ac"), ("a:b@c", ":@", "a:b@c"),
        ("é %\r\n", "", "%C3%A9%20%25%0D%0A"), ("", "/", ""),
    ])
    func `leaves what needs none, and what it is told to`(text: String, kept: String, expected: String) {
        #expect(PercentEncoding.encoded(text, keeping: kept) == expected)
    }
}
