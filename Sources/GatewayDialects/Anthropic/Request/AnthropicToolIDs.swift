import JSONBytes

/// Ids of calls that other providers made, in the letters that Anthropic takes: `^[a-zA-Z0-9_-]+$`.
///
/// - SeeAlso: wire.md, section 7.4
enum AnthropicToolIDs {
    private static let prefix = "weir_"

    /// The id itself where it will do; else one made of it, the same for the call and for its result, and for no other id.
    static func id(_ id: String) -> String {
        guard id.isEmpty || !id.utf8.allSatisfy(isAllowed) else { return id }
        let letters = Base64.encoded(id.utf8).utf8.compactMap { letter -> UInt8? in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: letter
            }
        }
        return prefix + String(decoding: letters, as: UTF8.self)
    }

    static func isAllowed(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
