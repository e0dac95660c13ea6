extension Fields {
    /// The certificates in the file that a key names, in PEM.
    mutating func certificateAuthorities(_ key: String) -> [UInt8]? {
        guard let path = optional(key, .text(bytesMax: 4096)), !path.isEmpty,
            let bytes = context.contents(of: path, bytesMax: .mebibyte, at: position(of: key))
        else { return nil }
        if !PEMText.hasCertificate(bytes) {
            error("the file that \(key) names holds no certificate", at: key, hint: "PEM: it begins with -----BEGIN CERTIFICATE-----")
        }
        return bytes
    }
}
