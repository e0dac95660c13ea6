/// Ids of calls that other providers made, as Bedrock takes them: letters, digits and `_.:-`, 64 at most.
enum BedrockToolIDs {
    private static let lengthMax = 64

    /// The id itself where it will do; else one made of it, the same for the call and for its result.
    static func id(_ id: String) -> String {
        guard id.isEmpty || id.utf8.count > lengthMax || !id.utf8.allSatisfy(isAllowed) else { return id }
        return "weir_" + sum(id.utf8) + sum(id.utf8.reversed())
    }

    private static func isAllowed(_ letter: UInt8) -> Bool {
        AnthropicToolIDs.isAllowed(letter) || letter == UInt8(ascii: ".") || letter == UInt8(ascii: ":")
    }

    /// FNV-1a, 64 bits.
    private static func sum(_ bytes: some Sequence<UInt8>) -> String {
        let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
