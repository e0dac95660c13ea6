// What happens at a pointer's end. `range` is the value that stands there, already read.
extension JSONEditWalk {
    mutating func act(_ action: JSONEditAction, on range: Range<Int>, _ kind: JSONKind, of node: JSONEditNode) throws(JSONError) {
        switch action {
        case .set(let value): edits.replace(range, with: value)
        case .clamp(let bounds), .default(_, let bounds?): try clamp(range, kind, bounds, node)
        case .addText(let text, let end, let separator): try addText(range, kind, text, end, separator, node)
        case .insert(let elements): try insert(elements, range, kind, node)
        case .default(_, nil), .remove: break
        }
    }

    private mutating func clamp(
        _ range: Range<Int>, _ kind: JSONKind, _ bounds: JSONEditAction.Bounds, _ node: JSONEditNode
    ) throws(JSONError) {
        guard kind != .null else { return }
        guard kind == .number else { return try refuse(node, .number, at: range.lowerBound) }
        let number = JSONNumber(checked: String(decoding: body[range], as: UTF8.self))
        if let bound = bounds.replacement(for: number) { edits.replace(range, with: Array(bound.spelling.utf8)) }
    }

    private mutating func addText(
        _ range: Range<Int>, _ kind: JSONKind, _ text: String, _ end: JSONEdit.End, _ separator: String, _ node: JSONEditNode
    ) throws(JSONError) {
        switch kind {
        case .null: edits.replace(range, with: JSONText.quoted(text))
        case .string: edits.addText(text, toString: range, at: end, separator: separator)
        case .array:
            let part = Array(#"{"type":"text","text":"#.utf8) + JSONText.quoted(text) + [.closeBrace]
            edits.insertElement(part, inArray: range, of: body, at: end)
        default: try refuse(node, .string, at: range.lowerBound)
        }
    }

    private mutating func insert(
        _ elements: [JSONEditAction.Element], _ range: Range<Int>, _ kind: JSONKind, _ node: JSONEditNode
    ) throws(JSONError) {
        guard kind != .null else { return edits.replace(range, with: try node.made(at: range.lowerBound)) }
        guard kind == .array else { return try refuse(node, .array, at: range.lowerBound) }
        for element in elements {
            let leading = try JSONLeadingMessages(of: body, array: range, roles: element.afterRoles)
            edits.insertMessage(element.bytes, behind: leading)
        }
    }
}
