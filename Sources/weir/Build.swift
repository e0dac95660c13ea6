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

    static var parts: [(name: String, value: String)] {
        [("version", version), ("swift", compiler), ("libcurl", CurlVersion.text)]
    }

    static var line: String { "weir \(version) (swift \(compiler), libcurl \(CurlVersion.text))" }
}
