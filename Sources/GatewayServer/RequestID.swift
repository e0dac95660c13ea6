import GatewayCore

/// The number a request is known by in the answer and in the log. The provider does not get it: `traceparent` leads there.
enum RequestID {
    private static let bytesMax = 128

    /// The client's own when it is short and harmless, else a new one of 32 hexadecimal digits.
    static func choose(_ offered: String?, random: () -> UInt64) -> String {
        if let offered, isUsable(offered) { return offered }
        return TraceContext.hex(random(), random())
    }

    private static func isUsable(_ text: String) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= bytesMax else { return false }
        return bytes.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "="),
                UInt8(ascii: "/"), UInt8(ascii: "+"):
                true
            default: false
            }
        }
    }
}
