/// Where a value stands inside a JSON text.
///
/// Written as RFC 6901 has it (`/messages/0/content`, `~1` for a slash and `~0` for a tilde inside a name) or, for a member of the top
/// level, as its bare name: `temperature` is `/temperature`.
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// Names or array positions from the outside in, escapes resolved.
    package let tokens: [String]

    /// Why a text is no pointer. A mistake in the configuration.
    package enum SyntaxError: Error, Equatable, Sendable {
        case empty
        case badEscape
        /// A bare name with a slash in it: probably a pointer without its first slash.
        case slashInName
        case tooDeep(limit: Int)

        package var message: String {
            switch self {
            case .empty: "a pointer must name a member, such as \"temperature\" or \"/stream_options/include_usage\""
            case .badEscape: "in a pointer, \"~\" must be followed by 0 (for \"~\") or 1 (for \"/\")"
            case .slashInName: "a pointer with a slash must start with one, such as \"/stream_options/include_usage\""
            case .tooDeep(let limit): "a pointer may have at most \(limit) steps"
            }
        }
    }

    /// Steps in one pointer. Edits recurse along pointers, and so no deeper than this.
    package static let tokensMax = 32

    package init(_ text: String) throws(SyntaxError) {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.first == .slash else {
            guard !text.utf8.contains(.slash) else { throw .slashInName }
            tokens = [text]
            return
        }
        var tokens: [String] = []
        for token in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) { tokens.append(try Self.unescaped(token)) }
        guard tokens.count <= Self.tokensMax else { throw .tooDeep(limit: Self.tokensMax) }
        self.tokens = tokens
    }

    /// - Precondition: 1 to `tokensMax` tokens.
    package init(tokens: [String]) {
        precondition((1...Self.tokensMax).contains(tokens.count), "a pointer has 1 to \(Self.tokensMax) tokens")
        self.tokens = tokens
    }

    private static func unescaped(_ token: Substring) throws(SyntaxError) -> String {
        var result = ""
        var isEscaped = false
        for character in token.unicodeScalars {
            switch (isEscaped, character) {
            case (true, "0"): result.unicodeScalars.append("~")
            case (true, "1"): result.unicodeScalars.append("/")
            case (true, _): throw .badEscape
            case (false, "~"): break
            case (false, _): result.unicodeScalars.append(character)
            }
            isEscaped = !isEscaped && character == "~"
        }
        guard !isEscaped else { throw .badEscape }
        return result
    }

    package var description: String { Self.text(tokens[...]) }

    static func text(_ tokens: ArraySlice<String>) -> String {
        var text = ""
        for token in tokens {
            text += "/"
            for scalar in token.unicodeScalars { text += scalar == "~" ? "~0" : scalar == "/" ? "~1" : String(scalar) }
        }
        return text
    }

    /// The array position a token means: digits without a leading zero. nil for any other.
    static func index(_ token: String) -> Int? {
        guard let first = token.utf8.first, token.utf8.allSatisfy(\.isDigit), first != .zero || token.utf8.count == 1 else { return nil }
        return Int(token)
    }
}
