/// Certificates as files spell them.
///
/// - SeeAlso: RFC 7468, section 5
enum PEMText {
    /// Whether there is at least one block from `BEGIN CERTIFICATE` to its end. What is inside, TLS finds out.
    static func hasCertificate(_ bytes: [UInt8]) -> Bool {
        let lines = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        guard let begin = lines.firstIndex(where: { $0.starts(with: "-----BEGIN CERTIFICATE-----".utf8) }) else { return false }
        return lines[begin...].dropFirst(2).contains { $0.starts(with: "-----END CERTIFICATE-----".utf8) }
    }
}
