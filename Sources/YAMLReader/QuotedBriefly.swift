extension String {
    /// The text in quotes, short and on one line, however long and strange it is. For messages.
    package var quotedBriefly: String {
        let printable = unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        let ellipsis = unicodeScalars.count > 60 ? "…" : ""
        return "\"\(String(String.UnicodeScalarView(printable)))\(ellipsis)\""
    }
}
