import JSONBytes

/// How many tokens a provider may read in a request body, reckoned from its length: rather too many than too few.
///
/// - SeeAlso: wire.md, section 10: text has 2.2 bytes for each token at the least, 3 to 5 as a rule.
enum InputEstimate {
    /// A string shorter than this is taken for text without a look at it.
    private static let mediaBytesMin = 2048
    /// Bytes of a long string that are looked at.
    private static let lookedAt = 256
    /// What a picture comes to as a rule; sounds and documents come to more, by their length.
    private static let mediaTokens = 1600
    private static let mediaBytesPerToken = 400

    static func tokens(of body: [UInt8]) -> Int {
        var textBytes = body.count
        var media = 0
        if body.count >= mediaBytesMin {
            for range in JSONLongStrings.find(in: body, bytesMin: mediaBytesMin) where isEncoded(body[range]) {
                textBytes -= range.count
                media += mediaTokens + range.count / mediaBytesPerToken
            }
        }
        return (textBytes * 2 + 4) / 5 + media
    }

    /// Whether a long string is base64, with or without `data:` in front: no text goes on for so long without a space.
    private static func isEncoded(_ text: ArraySlice<UInt8>) -> Bool {
        let middle = (text.startIndex + text.endIndex) / 2
        return text.prefix(lookedAt).allSatisfy(isCode) && text[middle...].prefix(lookedAt).allSatisfy(isCode)
    }

    private static func isCode(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "+/=_-:;,.\\".utf8.contains(byte)
        }
    }
}
