import CCurl

/// The libcurl that the process runs with.
package enum CurlVersion {
    /// `7.88.1`, or what else the library calls itself.
    package static var text: String {
        // "libcurl/7.88.1 OpenSSL/3.0.17 …"
        let first = unsafe String(cString: curl_version()).split(separator: " ").first ?? "unknown"
        return String(first.split(separator: "/").last ?? first)
    }
}
