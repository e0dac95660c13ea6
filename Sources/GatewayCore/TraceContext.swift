/// A W3C trace context: the client's trace id kept, a span id of our own.
///
/// - SeeAlso: https://www.w3.org/TR/trace-context/ (version 00)
package struct TraceContext: Equatable, Sendable {
    package let traceID: String
    package let spanID: String
    package let flags: String

    package init(traceID: String, spanID: String, flags: String = "00") {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
    }

    /// Goes on with the client's trace, or begins one when `header` is absent or not valid.
    package init(continuing header: String?, random: () -> UInt64) {
        let span = Self.hex(Self.nonZero(random))
        if let header, let (trace, flags) = Self.parse(header) {
            self.init(traceID: trace, spanID: span, flags: flags)
        } else {
            self.init(traceID: Self.hex(Self.nonZero(random), random()), spanID: span)
        }
    }

    package var header: String {
        var header = "00-"
        header.reserveCapacity(55)
        header += traceID
        header += "-"
        header += spanID
        header += "-"
        header += flags
        return header
    }

    private static func parse(_ header: String) -> (trace: String, flags: String)? {
        let bytes = Array(header.utf8)
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash else { return nil }
        let version = bytes[0..<2], trace = bytes[3..<35], parent = bytes[36..<52], flags = bytes[53..<55]
        guard isHex(version), isHex(trace), isHex(parent), isHex(flags), !version.elementsEqual("ff".utf8) else { return nil }
        guard bytes.count == 55 || (!version.elementsEqual("00".utf8) && bytes[55] == dash) else { return nil }
        guard trace.contains(where: { $0 != zero }), parent.contains(where: { $0 != zero }) else { return nil }
        return (String(decoding: trace, as: UTF8.self), String(decoding: flags, as: UTF8.self))
    }

    private static let dash = UInt8(ascii: "-")
    private static let zero = UInt8(ascii: "0")

    private static func isHex(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
    }

    private static func nonZero(_ random: () -> UInt64) -> UInt64 {
        let value = random()
        return value == 0 ? 1 : value
    }

    /// 16 lower-case hexadecimal digits.
    package static func hex(_ value: UInt64) -> String { hex(value, nil) }

    /// 32 digits: those of `high`, then those of `low`.
    package static func hex(_ high: UInt64, _ low: UInt64?) -> String {
        var digits = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<16 { digits[index] = digit(high, index) }
        guard let low else { return text(digits.span.extracting(first: 16)) }
        for index in 0..<16 { digits[16 + index] = digit(low, index) }
        return text(digits.span)
    }

    private static func digit(_ value: UInt64, _ index: Int) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: value &>> UInt64(60 &- index &* 4)) & 15
        return digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
    }

    /// - Parameter digits: ASCII.
    private static func text(_ digits: Span<UInt8>) -> String {
        guard let text = try? UTF8Span(validating: digits) else { return "" }
        return String(copying: text)
    }
}
