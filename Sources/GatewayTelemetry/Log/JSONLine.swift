import GatewayCore

/// Writes one JSON object as one line, appending to bytes that may hold other lines already.
///
/// No value can end the line or begin another: quotes, backslashes, control characters (C0, DEL, C1), the line separators U+2028
/// and U+2029 and the characters that turn the direction of text are written as `\u` escapes. Strings are valid UTF-8 by their
/// type; bytes that were not became U+FFFD when the string was made.
struct JSONLine: ~Copyable {
    private var bytes: LineBuffer
    /// Nothing has been written since the last opening bracket.
    private var isFirst = true

    /// Begins the object.
    init(into bytes: LineBuffer) {
        self.bytes = bytes
        bytes.append(UInt8(ascii: "{"))
    }

    consuming func finish() { bytes.append("}\n" as StaticString) }

    /// - Parameter name: a literal of this module: it is not escaped.
    mutating func key(_ name: StaticString) {
        bytes.append(name: name, isFirst: isFirst)
        isFirst = false
    }

    /// A name that another module chose.
    mutating func escapedKey(_ name: String) {
        comma()
        value(name, bytesMax: 64)
        bytes.append(UInt8(ascii: ":"))
    }

    /// - Parameter bytesMax: more of the value is left out, at a character's boundary, and replaced by `…`.
    mutating func value(_ text: String, bytesMax: Int) {
        let whole = text.utf8.count
        if whole <= bytesMax, bytes.appendQuotedIfPlain(text) { return }
        bytes.append(Self.quote)
        defer { bytes.append(Self.quote) }
        if whole <= bytesMax {
            escaped(text.utf8Span.span, count: whole)
        } else {
            let span = text.utf8Span.span
            var end = bytesMax
            while end > 0, span[end] & 0xC0 == 0x80 { end -= 1 }
            escaped(span, count: end)
            bytes.append("…" as StaticString)
        }
    }

    mutating func value(_ number: Int) { bytes.appendDecimal(number) }

    mutating func value(_ flag: Bool) { bytes.append(flag ? "true" : "false" as StaticString) }

    /// A time in milliseconds with three decimals; nothing below 0.
    mutating func value(milliseconds duration: Duration) {
        let microseconds = UInt64(max(0, duration.wholeNanoseconds)) / 1_000
        bytes.appendDecimal(microseconds / 1_000)
        bytes.append(UInt8(ascii: "."))
        bytes.appendPadded(microseconds % 1_000, digits: 3)
    }

    mutating func value(strings: ArraySlice<String>, bytesMax: Int) {
        bytes.append(UInt8(ascii: "["))
        var isFirstString = true
        for string in strings {
            if !isFirstString { bytes.append(UInt8(ascii: ",")) }
            isFirstString = false
            value(string, bytesMax: bytesMax)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func null() { bytes.appendNull() }
}

/// Members with literal names. What is nil is written as null.
extension JSONLine {
    mutating func field(_ name: StaticString, _ text: String?, bytesMax: Int = 256) {
        key(name)
        if let text { value(text, bytesMax: bytesMax) } else { null() }
    }

    mutating func field(_ name: StaticString, _ number: Int?) {
        key(name)
        if let number { value(number) } else { null() }
    }

    /// Dollars, exact to the last digit.
    mutating func field(_ name: StaticString, _ money: Money?) {
        key(name)
        guard let money else { return null() }
        if money < .zero { bytes.append(UInt8(ascii: "-")) }
        bytes.appendDecimal(dollars: UInt64(money.nanodollars.magnitude))
    }

    mutating func field(_ name: StaticString, _ flag: Bool) {
        key(name)
        value(flag)
    }

    mutating func field(_ name: StaticString, milliseconds duration: Duration?) {
        key(name)
        if let duration { value(milliseconds: duration) } else { null() }
    }

    /// The time of day, as RFC 3339 in UTC.
    mutating func field(_ name: StaticString, timestamp milliseconds: Int64) {
        key(name)
        bytes.append(Self.quote)
        TimeOfDay.append(milliseconds: milliseconds, to: &bytes)
        bytes.append(Self.quote)
    }

    mutating func field(_ name: StaticString, strings: ArraySlice<String>, bytesMax: Int) {
        key(name)
        value(strings: strings, bytesMax: bytesMax)
    }

    /// An array of objects, one for each element.
    mutating func field<Element>(_ name: StaticString, objects: ArraySlice<Element>, write: (inout JSONLine, Element) -> Void) {
        key(name)
        bytes.append(UInt8(ascii: "["))
        var isFirstObject = true
        for element in objects {
            bytes.append(isFirstObject ? "{" : ",{" as StaticString)
            isFirstObject = false
            isFirst = true
            write(&self, element)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
        isFirst = false
    }
}

extension JSONLine {
    private static let quote = UInt8(ascii: "\"")

    private mutating func comma() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    /// - Parameter count: ends at a character's boundary.
    private mutating func escaped(_ text: borrowing Span<UInt8>, count: Int) {
        var index = 0
        while index < count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes.append("\\n" as StaticString)
            case UInt8(ascii: "\r"): bytes.append("\\r" as StaticString)
            case UInt8(ascii: "\t"): bytes.append("\\t" as StaticString)
            case 0..<0x20, 0x7F: escape(UInt16(byte))
            case 0xC2 where text[index + 1] < 0xA0:
                escape(UInt16(text[index + 1]))
                index += 1
            case 0xE2 where Self.isForger(text[index + 1], text[index + 2]):
                escape(0x2000 | UInt16(text[index + 1] & 0x3F) << 6 | UInt16(text[index + 2] & 0x3F))
                index += 2
            default: bytes.append(byte)
            }
            index += 1
        }
    }

    /// The two bytes after `E2` of U+200E, U+200F, U+2028…U+202E and U+2066…U+2069: what breaks or turns a line on a terminal.
    private static func isForger(_ second: UInt8, _ third: UInt8) -> Bool {
        switch (second, third) {
        case (0x80, 0x8E...0x8F), (0x80, 0xA8...0xAE), (0x81, 0xA6...0xA9): true
        default: false
        }
    }

    private mutating func escape(_ unit: UInt16) {
        bytes.append("\\u" as StaticString)
        for position in UInt16(0)..<4 {
            let digit = UInt8(truncatingIfNeeded: unit >> (12 - position * 4) & 15)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
