import CMimalloc
import CRevision
import CurlClient
import RedisClient
import YAMLReader

/// What this binary is made of.
enum Build {
    static let version = "0.2.0"

    #if compiler(>=6.3)
        static let compiler = "6.3"
    #else
        static let compiler = "6.2"
    #endif

    /// Whose `malloc` the process has. The library tells 2.0.9 as 209.
    private static var mimalloc: String {
        let number = Int(mi_version())
        return "\(number / 100).\(number / 10 % 10).\(number % 10)"
    }

    /// The commit; nil for a build by hand.
    private static var revision: String? {
        let text = unsafe String(cString: crevision())
        return text.isEmpty ? nil : text
    }

    static var parts: [(name: String, value: String)] {
        [
            ("version", version), ("commit", revision ?? "unknown"), ("swift", compiler), ("libcurl", CurlVersion.text),
            ("libyaml", YAMLVersion.text), ("hiredis", HiredisVersion.text), ("mimalloc", mimalloc),
        ]
    }

    static var line: String { "weir \(version) (" + parts.dropFirst().map { "\($0.name) \($0.value)" }.joined(separator: ", ") + ")" }
}
