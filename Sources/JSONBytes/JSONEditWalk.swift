/// Goes through a body along a plan's pointers and notes what to splice where.
///
/// Recursion follows the plan, so it is never deeper than a pointer is long; values the plan does not mention are skipped whole.
struct JSONEditWalk {
    let body: [UInt8]
    private let limits: JSONLimits
    var edits = JSONEdits()

    init(body: [UInt8], limits: JSONLimits) {
        self.body = body
        self.limits = limits
    }

    mutating func run(_ root: JSONEditNode) throws(JSONError) {
        var at = 0
        JSONLexer.skipSpace(body.span, &at)
        let start = at
        if at < body.count, body[at] == .openBrace {
            try visit(root, &at, depth: 0)
            return try JSONLexer.expectEnd(body.span, at)
        }
        _ = try JSONLexer.skipValue(body.span, &at, depth: 0, limits)
        try JSONLexer.expectEnd(body.span, at)
        try refuse(root, .object, at: start)
    }

    /// The value at `at`, which the plan knows as `node`. Leaves `at` behind it.
    private mutating func visit(_ node: JSONEditNode, _ at: inout Int, depth: Int) throws(JSONError) {
        let start = at
        if let action = node.action {
            let kind = try JSONLexer.skipValue(body.span, &at, depth: depth, limits)
            return try act(action, on: start..<at, kind, of: node)
        }
        guard at < body.count, let kind = JSONKind(firstByte: body[at]) else { throw JSONLexer.unexpected(body.span, at) }
        switch kind {
        case .object where node.appended.isEmpty: try walkObject(node, &at, depth: depth + 1)
        case .array: try walkArray(node, &at, depth: depth + 1)
        default:
            _ = try JSONLexer.skipValue(body.span, &at, depth: depth, limits)
            guard node.creates else { return }
            guard kind == .null else { return try refuse(node, node.appended.isEmpty ? .object : .array, at: start) }
            edits.replace(start..<at, with: try node.made(at: start))
        }
    }

    private mutating func walkObject(_ node: JSONEditNode, _ at: inout Int, depth: Int) throws(JSONError) {
        var layout = try open(&at, depth: depth)
        var seen = Array(repeating: false, count: node.children.count)
        if !JSONLexer.closes(body.span, &at, .closeBrace) {
            repeat {
                let start = at
                let name = try JSONLexer.name(body.span, &at, limits)
                guard let index = try find(name, of: node, depth: depth) else {
                    layout.keep(from: start, &edits)
                    _ = try JSONLexer.skipValue(body.span, &at, depth: depth, limits)
                    layout.end = at
                    continue
                }
                guard !seen[index] else { throw JSONError(.duplicateMember(node.names.names[index]), at: start) }
                seen[index] = true
                try visitItem(node.children[index], from: start, &at, depth: depth, &layout)
            } while try JSONLexer.hasNext(body.span, &at, .closeBrace)
        }
        var added: [[UInt8]] = []
        for index in node.children.indices where !seen[index] && node.children[index].creates {
            added.append(try node.madeMember(index, at: layout.end))
        }
        layout.close(adding: added, &edits)
    }

    private mutating func walkArray(_ node: JSONEditNode, _ at: inout Int, depth: Int) throws(JSONError) {
        let start = at
        var layout = try open(&at, depth: depth)
        var count = 0
        if !JSONLexer.closes(body.span, &at, .closeBracket) {
            repeat {
                let start = at
                if let index = node.indexes.firstIndex(of: count) {
                    try visitItem(node.children[index], from: start, &at, depth: depth, &layout)
                } else {
                    layout.keep(from: start, &edits)
                    _ = try JSONLexer.skipValue(body.span, &at, depth: depth, limits)
                    layout.end = at
                }
                count += 1
            } while try JSONLexer.hasNext(body.span, &at, .closeBracket)
        }
        for (child, index) in zip(node.children, node.indexes) where child.creates && (index ?? .max) >= count {
            throw JSONError(.missingElement(path: child.path), at: start)
        }
        layout.close(adding: node.appended, &edits)
    }

    /// A member or element that the plan knows, its name already read.
    private mutating func visitItem(
        _ child: JSONEditNode, from start: Int, _ at: inout Int, depth: Int, _ layout: inout ItemLayout
    ) throws(JSONError) {
        if child.isRemoval {
            _ = try JSONLexer.skipValue(body.span, &at, depth: depth, limits)
            layout.remove(start..<at, &edits)
        } else {
            layout.keep(from: start, &edits)
            try visit(child, &at, depth: depth)
            layout.end = at
        }
    }

    /// The child with this name. A name that differs in case only is refused at the top level, where it may pass for the edited one.
    private func find(_ name: JSONLexer.Name, of node: JSONEditNode, depth: Int) throws(JSONError) -> Int? {
        switch try node.names.match(body.span, name) {
        case .none: return nil
        case .wanted(let index): return index
        case .lookalike(let index):
            guard depth == 1 else { return nil }
            throw JSONError(.ambiguousMember(node.names.names[index]), at: name.range.lowerBound - 1)
        }
    }

    private func open(_ at: inout Int, depth: Int) throws(JSONError) -> ItemLayout {
        guard depth <= limits.depthMax else { throw JSONError(.tooDeep(limit: limits.depthMax), at: at) }
        at += 1
        return ItemLayout(end: at)
    }

    func refuse(_ node: JSONEditNode, _ expected: JSONKind, at offset: Int) throws(JSONError) {
        guard let found = JSONKind(firstByte: body[offset]) else { preconditionFailure("the value was read") }
        throw JSONError(.wrongType(path: node.path, expected: expected, found: found), at: offset)
    }
}
