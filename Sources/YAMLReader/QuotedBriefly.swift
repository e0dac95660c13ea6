extension String {
    /// The text in quotes, short and on one line, however long and strange it is. For messages.
    package var quotedBriefly: String {
        let printable = unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        let ellipsis = unicodeScalars.count > 60 ? "…" : ""
        return "\"\(String(String.UnicodeScalarView(printable)))\(ellipsis)\""
    }
}

extension String {
    /// The same for a key that nobody knows, if it can be one that was misspelled: a secret in its place has more digits, or is longer.
    package var quotedIfWord: String? {
        let digits = utf8.count { (0x30...0x39).contains($0) }
        let isWord =
            utf8.count <= 32 && digits <= 3 && utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || (0x2D...0x39).contains($0) || $0 == 0x5F }
        return isWord ? quotedBriefly : nil
    }
}
