/// The six kinds of JSON value. The raw value is the word used in messages.
package enum JSONKind: String, Equatable, Sendable, CaseIterable {
    case object, array, string, number, boolean, null

    /// Written out where other modules compare: what the compiler makes is reached through a table of the protocol.
    @inlinable
    package static func == (left: JSONKind, right: JSONKind) -> Bool {
        switch (left, right) {
        case (.object, .object), (.array, .array), (.string, .string), (.number, .number), (.boolean, .boolean), (.null, .null): true
        default: false
        }
    }

    /// The kind of the value that starts with this byte, nil when none does.
    @inline(__always)
    init?(firstByte: UInt8) {
        switch firstByte {
        case .openBrace: self = .object
        case .openBracket: self = .array
        case .quote: self = .string
        case .minus, .zero ... .nine: self = .number
        case .letterT, .letterF: self = .boolean
        case .letterN: self = .null
        default: return nil
        }
    }
}

/// Where a member stands in a text. Offsets count bytes from the start of the body.
package struct JSONField: Equatable, Sendable {
    package let kind: JSONKind
    /// From the value's first byte to its end, quotes and brackets included.
    package let value: Range<Int>
    /// From the name's opening quote to the value's end. No comma.
    package let member: Range<Int>
}
