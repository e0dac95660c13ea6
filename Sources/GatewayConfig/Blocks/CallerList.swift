import YAMLReader

/// Where a caller is written: mistakes that only the whole configuration shows are told there.
struct CallerPlace {
    let node: YAMLNode
    /// Its name only: the context keeps these places, and they must not keep it.
    let file: String
}

/// Reads `callers`: a list, a `${file:…}` with such a list, or a list with both kinds of entries.
enum CallerList {
    /// As of `gateway.yaml` itself.
    private static let fileBytesMax = YAMLLimits().bytesMax

    static func read(_ fields: inout Fields) -> [CallerConfig] {
        guard let node = fields.take("callers") else { return [] }
        if let path = includedPath(node) { return included(path, at: node, fields.context) }
        guard case .sequence(let items) = node.value else {
            fields.context.missesCallers = true
            fields.context.error(
                "callers must be a list, not \(node.kind)", at: node.position,
                hint: "begin each entry with `- `, or name a file: \"${file:callers.yaml}\"")
            return []
        }
        return items.flatMap { item in
            if let path = includedPath(item) { return included(path, at: item, fields.context) }
            return [caller(item, fields.context)]
        }
    }

    /// - Returns: nil for everything but a single reference to a file.
    private static func includedPath(_ node: YAMLNode) -> String? {
        guard case .scalar(let scalar) = node.value, let text = try? ReferenceText(scalar.text), text.pieces.count == 1,
            case .file(let path) = text.pieces[0]
        else { return nil }
        return path
    }

    private static func included(_ path: String, at node: YAMLNode, _ context: ReadingContext) -> [CallerConfig] {
        let inner = context.including(context.path(path))
        guard let items = items(of: path, at: node, context, inner) else {
            context.missesCallers = true
            return []
        }
        return items.map { caller($0, inner) }
    }

    /// - Returns: nil where the file has none, which has been reported.
    private static func items(of path: String, at node: YAMLNode, _ context: ReadingContext, _ inner: ReadingContext) -> [YAMLNode]? {
        guard let bytes = context.contents(of: path, bytesMax: fileBytesMax, at: node.position) else { return nil }
        let document = YAMLDocument(reading: bytes)
        inner.report(document.problems)
        guard let root = document.root else { return nil }
        guard case .sequence(let items) = root.value else {
            inner.error("a file of callers must be a list, not \(root.kind)", at: root.position, hint: "begin each entry with `- `")
            return nil
        }
        return items
    }

    private static func caller(_ node: YAMLNode, _ context: ReadingContext) -> CallerConfig {
        context.noteCaller(CallerPlace(node: node, file: context.file))
        var fields = Fields(node, name: "an entry of callers", context: context)
        return CallerConfig(reading: &fields)
    }
}
