/// Edits made ready once and applied to many bodies, each in a single pass.
///
/// All edits are meant at once, not one after another: array positions are those of the body as it came, and two edits that could get
/// in each other's way are refused when the plan is made. The order of the list does not matter, except that new members and elements
/// appear in it.
package struct JSONEditPlan: Sendable {
    private let root: JSONEditNode

    package init(_ edits: [JSONEdit]) throws(JSONEditPlanError) {
        var root = JSONEditNode(path: "")
        for edit in edits {
            let action = try JSONEditAction(edit)
            try root.add(action, at: edit.pointer.tokens[...], of: edit.pointer)
        }
        root.prepare()
        self.root = root
    }

    package var isEmpty: Bool { root.children.isEmpty }

    /// The edited body; every byte that no edit is about stays as it is. The whole body is checked as `JSONScanner` does.
    ///
    /// - Throws: what the scanner throws, also for edited names that occur twice; `wrongType` and `missingElement` where the body does
    ///   not have the shape an edit needs.
    package func applied(to body: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> [UInt8] {
        try edits(for: body, limits: limits).applied(to: body)
    }

    package func edits(for body: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSONEdits {
        var walk = JSONEditWalk(body: body, limits: limits)
        try walk.run(root)
        return walk.edits
    }
}

/// What to do with the value at a pointer's end.
enum JSONEditAction: Equatable {
    struct Bounds: Equatable {
        let min: JSONNumber?
        let max: JSONNumber?

        /// The bound to use instead of `number`, nil when it is within them.
        func replacement(for number: JSONNumber) -> JSONNumber? {
            if let min, number.isLess(than: min) { return min }
            if let max, max.isLess(than: number) { return max }
            return nil
        }
    }
    struct Element: Equatable {
        let bytes: [UInt8]
        let afterRoles: [String]
    }

    case set([UInt8])
    case `default`([UInt8], Bounds?)
    case remove
    case clamp(Bounds)
    case addText(String, JSONEdit.End, separator: String)
    case insert([Element])

    init(_ edit: JSONEdit) throws(JSONEditPlanError) {
        switch edit {
        case .set(let pointer, let value): self = .set(try Self.checked(value, pointer))
        case .default(let pointer, let value): self = .default(try Self.checked(value, pointer), nil)
        case .remove: self = .remove
        case .addText(_, let text, let end, let separator): self = .addText(text, end, separator: separator)
        case .insertElement(let pointer, let element, let roles):
            self = .insert([Element(bytes: try Self.checked(element, pointer), afterRoles: roles)])
        case .clamp(let pointer, let min, let max):
            guard min != nil || max != nil else { throw .badBounds(pointer.description) }
            if let min, let max, max.isLess(than: min) { throw .badBounds(pointer.description) }
            self = .clamp(Bounds(min: min, max: max))
        }
    }

    private static func checked(_ value: [UInt8], _ pointer: JSONPointer) throws(JSONEditPlanError) -> [UInt8] {
        do {
            let range = try JSONScanner.check(value).value
            return Array(value[range])
        } catch { throw .badValue(pointer.description, error) }
    }

    /// The two edits of one value that make sense together: a default with bounds, and several insertions.
    ///
    /// - Returns: nil for any other two.
    func merged(with other: JSONEditAction, at path: String) throws(JSONEditPlanError) -> JSONEditAction? {
        switch (self, other) {
        case (.default(let value, nil), .clamp(let bounds)), (.clamp(let bounds), .default(let value, nil)):
            guard let number = JSONNumber(String(decoding: value, as: UTF8.self)) else { throw .defaultNotANumber(path) }
            return .default(Array((bounds.replacement(for: number) ?? number).spelling.utf8), bounds)
        case (.insert(let first), .insert(let second)): return .insert(first + second)
        default: return nil
        }
    }
}
