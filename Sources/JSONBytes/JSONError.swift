/// Why a text was refused. The fault is the sender's, whatever the reason.
///
/// Nothing here quotes the text: names come from the gateway's own lists and configuration.
package struct JSONError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case unexpectedEnd
        case unexpectedByte
        case trailingBytes
        case badNumber
        case badEscape
        /// A byte below 0x20 inside a string.
        case controlByte
        /// `\ud800` without its other half, where the string is decoded.
        case loneSurrogate
        /// Bytes that are not UTF-8, where the string is decoded.
        case badUTF8
        /// U+0000 in a top-level name: some parsers end the name there.
        case nullInName
        case tooDeep(limit: Int)
        case numberTooLong(limitBytes: Int)
        case stringTooLong(limitBytes: Int)
        case tooManyMembers(limit: Int)
        case tooManyValues(limit: Int)
        /// Only from the canonical form.
        case tooMuchToSort
        /// The name when the gateway looks at this member, nil for any other.
        case duplicateMember(String?)
        /// A top-level name that some parsers take for this one: it differs only in case.
        case ambiguousMember(String)
        /// `path` is a JSON pointer or a name; "" is the whole body.
        case wrongType(path: String, expected: JSONKind, found: JSONKind)
        /// A number that is no 64-bit integer where one is needed.
        case notAnInteger
        /// An array element that an edit names is not there.
        case missingElement(path: String)
    }

    package let reason: Reason
    /// Bytes from the start of the text to where it went wrong.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError {
    /// What the sender reads: one sentence, ending in the place.
    package var message: String {
        "The body cannot be used as JSON: \(explanation) (byte \(offset))."
    }

    /// What is wrong, without the place: the middle of a sentence.
    package var explanation: String {
        switch reason {
        case .unexpectedEnd: "it ends too early"
        case .unexpectedByte: "unexpected byte"
        case .trailingBytes: "something follows its end"
        case .badNumber: "malformed number"
        case .badEscape: "malformed escape in a string"
        case .controlByte: "unescaped control byte in a string"
        case .loneSurrogate: "half of a surrogate pair in a string"
        case .badUTF8: "a string is not UTF-8"
        case .nullInName: "a member's name contains U+0000"
        case .tooDeep(let limit): "nested deeper than \(limit)"
        case .numberTooLong(let limit): "a number is longer than \(limit) bytes"
        case .stringTooLong(let limit): "a string is longer than \(limit) bytes"
        case .tooManyMembers(let limit): "an object has more than \(limit) members"
        case .tooManyValues(let limit): "more than \(limit) values"
        case .tooMuchToSort: "too many members are out of order inside one another"
        case .duplicateMember(let name): if let name { "\"\(name)\" occurs twice" } else { "a member occurs twice in one object" }
        case .ambiguousMember(let name): "a member differs from \"\(name)\" only in upper and lower case"
        case .wrongType(let path, let expected, let found):
            "\(path.isEmpty ? "the body" : "\"\(path)\"") must be of type \(expected.rawValue), not \(found.rawValue)"
        case .notAnInteger: "a number must be a whole number of at most 64 bits"
        case .missingElement(let path): "there is no element \"\(path)\""
        }
    }
}
