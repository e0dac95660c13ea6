/// Where a model is asked, below the service's URL.
package enum BedrockPath {
    /// - Parameter model: an id, or the ARN of a profile: all but letters, digits and `-._~` are encoded, as AWS's own clients do it.
    package static func converse(model: String, isStreaming: Bool) -> String {
        "/model/" + encoded(model) + (isStreaming ? "/converse-stream" : "/converse")
    }

    private static func encoded(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
