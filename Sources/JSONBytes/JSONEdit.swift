/// One change to a body, as configuration states it. Values are JSON, written to the body as they stand here.
package enum JSONEdit: Equatable, Sendable {
    /// An end of a text or list.
    package enum End: String, Equatable, Sendable, CaseIterable { case start, end }

    /// Makes the value this, whether or not there was one. Objects on the way that are absent or null are made; an array on the way must
    /// have the element. `-` as the last token adds an element at an array's end, and makes the array if it is absent.
    case set(JSONPointer, value: [UInt8])
    /// Like `set`, but only when the member is absent. A null is present: the client said it.
    case `default`(JSONPointer, value: [UInt8])
    /// Takes the member or element out; nothing happens when it is absent.
    case remove(JSONPointer)
    /// Replaces a number outside the bounds by the bound. Absent or null stays; any other type is refused, since some providers read
    /// a number out of a string.
    case clamp(JSONPointer, min: JSONNumber?, max: JSONNumber?)
    /// Adds text to a string, with `separator` between if the string was not empty. Absent or null becomes the text; an array of content
    /// parts gets one more part, `{"type":"text","text":…}`, at the same end.
    case addText(JSONPointer, String, at: End, separator: String)
    /// Adds an element to an array, behind the leading elements whose member `role` is one of `afterRoles`: `[]` is the array's start,
    /// `["system", "developer"]` the place behind a conversation's instructions. Absent or null becomes an array of this element.
    case insertElement(JSONPointer, element: [UInt8], afterRoles: [String])

    package var pointer: JSONPointer {
        switch self {
        case .set(let pointer, _), .default(let pointer, _), .remove(let pointer), .clamp(let pointer, _, _): pointer
        case .addText(let pointer, _, _, _), .insertElement(let pointer, _, _): pointer
        }
    }
}

/// Why edits cannot be combined into a plan. A mistake in the configuration.
package enum JSONEditPlanError: Error, Equatable, Sendable {
    /// Two edits of one value, or of a value and something inside it.
    case conflict(String, String)
    /// The value to write is no JSON.
    case badValue(String, JSONError)
    /// `min` above `max`, or neither.
    case badBounds(String)
    /// A value with bounds has a default that is no number.
    case defaultNotANumber(String)
    /// `-`, which names the place behind an array's last element, anywhere but last in a `set`.
    case misplacedDash(String)

    package var message: String {
        switch self {
        case .conflict(let first, let second) where first == second: "\"\(first)\" is edited twice"
        case .conflict(let first, let second): "\"\(first)\" and \"\(second)\" are edited by the same list, and one is inside the other"
        case .badValue(let pointer, let error): "the value for \"\(pointer)\" is not JSON: \(error.explanation)"
        case .badBounds(let pointer): "clamp of \"\(pointer)\" needs a min or a max, and min must not be above max"
        case .defaultNotANumber(let pointer): "\"\(pointer)\" is clamped, so its default must be a number"
        case .misplacedDash(let pointer): "\"-\" in \"\(pointer)\" is only for set, and only as the last step"
        }
    }
}
