/// A W3C trace context: the client's trace id kept, a span id of our own.
///
/// - SeeAlso: https://www.w3.org/TR/trace-context/ (version 00)
package struct TraceContext: Equatable, Sendable {
    /// `traceparent`: `00-`, the trace id, `-`, the span id, `-`, the flags. The ids are cut out of it where they are asked for.
    package let header: String

    /// - Parameters: 32, 16 and 2 lower-case hexadecimal digits.
    package init(traceID: String, spanID: String, flags: String = "00") {
        header = "00-" + traceID + "-" + spanID + "-" + flags
    }

    /// Goes on with the client's trace, or begins one when `header` is absent or not valid.
    package init(continuing header: String?, random: () -> UInt64) {
        var text = Text()
        text.write(Self.nonZero(random), at: Self.spanStart)
        if let header, text.takeTrace(of: Array(header.utf8)) {
            self.header = text.string
        } else {
            text.write(Self.nonZero(random), at: Self.traceStart)
            text.write(random(), at: Self.traceStart + 16)
            self.header = text.string
        }
    }

    package var traceID: String { part(Self.traceStart, 32) }
    package var spanID: String { part(Self.spanStart, 16) }
    package var flags: String { part(Self.flagsStart, 2) }

    private func part(_ start: Int, _ count: Int) -> String {
        let bytes = header.utf8.span.extracting(start..<(start + count))
        return Self.text(bytes)
    }

    private static let byteCount = 55
    private static let traceStart = 3
    private static let spanStart = 36
    private static let flagsStart = 53

    /// The bytes of a header in the making.
    private struct Text {
        private var bytes = InlineArray<55, UInt8>(repeating: zero)

        init() {
            for index in [2, 35, 52] { bytes[index] = dash }
        }

        mutating func write(_ value: UInt64, at start: Int) {
            let (high, low) = digits(of: value)
            for index in 0..<8 {
                bytes[start + index] = byte(high, index)
                bytes[start + 8 + index] = byte(low, index)
            }
        }

        /// Takes trace id and flags out of a client's header; false, and nothing taken, when it is not valid.
        mutating func takeTrace(of header: [UInt8]) -> Bool {
            guard header.count >= byteCount, header[2] == dash, header[35] == dash, header[52] == dash else { return false }
            let version = header[0..<2], trace = header[traceStart..<35], parent = header[spanStart..<52], flags = header[flagsStart..<55]
            guard isHex(version), isHex(trace), isHex(parent), isHex(flags), !version.elementsEqual("ff".utf8) else { return false }
            guard header.count == byteCount || (!version.elementsEqual("00".utf8) && header[55] == dash) else { return false }
            guard trace.contains(where: { $0 != zero }), parent.contains(where: { $0 != zero }) else { return false }
            for index in trace.indices { bytes[index] = header[index] }
            for index in flags.indices { bytes[index] = header[index] }
            return true
        }

        var string: String { text(bytes.span) }
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
        var text = InlineArray<32, UInt8>(repeating: 0)
        for (start, value) in [(0, high), (16, low ?? 0)] {
            let (first, second) = digits(of: value)
            for index in 0..<8 {
                text[start + index] = byte(first, index)
                text[start + 8 + index] = byte(second, index)
            }
        }
        return low == nil ? Self.text(text.span.extracting(first: 16)) : Self.text(text.span)
    }

    /// The digits of a number, eight to a word, the first in the highest byte.
    private static func digits(of value: UInt64) -> (UInt64, UInt64) {
        (digits(of: UInt32(value >> 32)), digits(of: UInt32(truncatingIfNeeded: value)))
    }

    private static func digits(of value: UInt32) -> UInt64 {
        var nibbles = UInt64(value)
        nibbles = (nibbles &<< 16 | nibbles) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles &<< 8 | nibbles) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles &<< 4 | nibbles) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = ((nibbles &+ 0x0606_0606_0606_0606) &>> 4) & 0x0101_0101_0101_0101
        return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }

    private static func byte(_ word: UInt64, _ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word &>> UInt64(56 &- 8 &* index)) }

    /// - Parameter digits: ASCII.
    private static func text(_ digits: Span<UInt8>) -> String {
        guard let text = try? UTF8Span(validating: digits) else { return "" }
        return String(copying: text)
    }
}
