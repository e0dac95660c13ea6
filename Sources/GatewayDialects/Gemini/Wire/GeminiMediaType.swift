/// What the address of a file tells.
enum GeminiMediaType {
    private static let types: [String: String] = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "heic": "image/heic",
        "heif": "image/heif", "bmp": "image/bmp", "avif": "image/avif", "pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown",
        "csv": "text/csv", "html": "text/html", "htm": "text/html", "json": "application/json", "mp3": "audio/mp3", "wav": "audio/wav",
        "ogg": "audio/ogg", "flac": "audio/flac", "aac": "audio/aac", "m4a": "audio/m4a", "mp4": "video/mp4", "mov": "video/mov",
        "webm": "video/webm",
    ]

    /// By the ending of its name; nil when that says nothing.
    static func guessed(from address: String) -> String? {
        let path = address.prefix { $0 != "?" && $0 != "#" }
        guard let name = path.split(separator: "/").last, let dot = name.lastIndex(of: ".") else { return nil }
        return types[name[name.index(after: dot)...].lowercased()]
    }

    /// Why nobody but Google can read what is there; nil when anybody can.
    static func refusal(of address: String) -> String? {
        guard let scheme = address.firstRange(of: "://"), ["https", "http"].contains(address[..<scheme.lowerBound].lowercased()) else {
            return "it names a file that only Google can read."
        }
        let host = address[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        if host == "generativelanguage.googleapis.com" { return "it names a file that only Google can read." }
        if ["youtube.com", "www.youtube.com", "youtu.be"].contains(host) { return "other formats take no video." }
        return nil
    }
}
