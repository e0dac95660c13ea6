/// Pictures and files as this format spells them: data URLs and addresses.
///
/// - SeeAlso: wire.md, section 7.5
enum OpenAIResponsesMedia {
    /// Endings of file names and the types they stand for; the first of a type is the one that is written.
    private static let endings: [(ending: String, type: String)] = [
        ("pdf", "application/pdf"), ("txt", "text/plain"), ("md", "text/markdown"), ("csv", "text/csv"), ("html", "text/html"),
        ("json", "application/json"), ("xml", "application/xml"), ("rtf", "application/rtf"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ]

    /// - Returns: nil for what is neither a data URL nor a web address.
    static func source(_ address: String) -> ChatMedia.Source? {
        if let data = OpenAIDataURI(address) { return .base64(type: data.type, data: data.base64) }
        return OpenAIDataURI.isWebAddress(address) ? .url(address, type: nil) : nil
    }

    /// The content of a file: a data URL, or bare base64 whose type the name tells. A file without a telling name is taken for a PDF, as most are.
    static func source(ofFile data: String, named name: String?) -> ChatMedia.Source? {
        if data.utf8.starts(with: "data:".utf8) { return OpenAIDataURI(data).map { .base64(type: $0.type, data: $0.base64) } }
        guard !data.isEmpty else { return nil }
        let ending = name.flatMap { $0.split(separator: ".").last?.lowercased() }
        return .base64(type: endings.first { $0.ending == ending }?.type ?? "application/pdf", data: data)
    }

    static func dataURL(type: String, data: String) -> String { "data:" + type + ";base64," + data }

    /// OpenAI takes no file without a name.
    static func name(ofType type: String) -> String {
        "document." + (endings.first { $0.type == type }?.ending ?? "bin")
    }
}
