import CMimalloc
import CurlClient
import GatewayConfig

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

    static var parts: [(name: String, value: String)] {
        [("version", version), ("swift", compiler), ("libcurl", CurlVersion.text), ("mimalloc", mimalloc)]
    }

    static var line: String { "weir \(version) (swift \(compiler), libcurl \(CurlVersion.text), mimalloc \(mimalloc))" }
}
