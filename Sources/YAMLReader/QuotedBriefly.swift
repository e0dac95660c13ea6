extension String {
    /// The text in quotes, short and on one line, however long and strange it is. For messages.
    package var quotedBriefly: String {
        let printable = unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        let ellipsis = unicodeScalars.count > 60 ? "…" : ""
        return "\"\(String(String.UnicodeScalarView(printable)))\(ellipsis)\""
    }
}

extension String {
    /// The same for a key that nobody knows, if it looks like one that was misspelled, and not like a secret in its place.
    package var quotedIfWord: String? {
        utf8.count <= 20 && utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F } ? quotedBriefly : nil
    }
}
