/// A sequence or mapping whose end has not been seen.
struct OpenCollection {
    enum Kind { case sequence, mapping }

    let kind: Kind
    let position: Position
    let anchor: String?
    private var items: [YAMLNode] = []
    private var entries: [YAMLNode.Entry] = []
    private var key: (text: String, position: Position, isMerge: Bool)?
    private var merge: (sources: [[YAMLNode.Entry]], position: Position)?
    private var repeatedMerges: [Position] = []
    private var count = 1
    private var height = 0

    init(_ kind: Kind, at position: Position, anchor: String?) {
        self.kind = kind
        self.position = position
        self.anchor = anchor
    }

    /// Takes the next item, key or value.
    mutating func add(_ part: TreeBuilder.Part) throws(YAMLProblem) {
        count += part.count
        height = max(height, part.height)
        guard kind == .mapping else {
            items.append(part.node)
            return
        }
        guard let key else {
            guard case .scalar(let scalar) = part.node.value else { throw YAMLProblem("a key must be text", at: part.node.position) }
            key = (scalar.text, part.node.position, scalar.isPlain && scalar.text == "<<")
            return
        }
        self.key = nil
        if key.isMerge {
            try addMerge(of: part.node, at: key.position)
        } else {
            entries.append(YAMLNode.Entry(key: key.text, keyPosition: key.position, value: part.node))
        }
    }

    private mutating func addMerge(of node: YAMLNode, at position: Position) throws(YAMLProblem) {
        guard merge == nil else {
            repeatedMerges.append(position)
            return
        }
        let nodes = if case .sequence(let items) = node.value { items } else { [node] }
        var sources: [[YAMLNode.Entry]] = []
        for node in nodes {
            guard case .mapping(let entries) = node.value else {
                throw YAMLProblem("<< merges mappings only", at: position, hint: "write `<<: *name`, where the anchor is on a mapping")
            }
            sources.append(entries)
        }
        merge = (sources, position)
    }

    /// The whole collection. Repeated keys are reported and their first value kept.
    consuming func finished(problems: inout [YAMLProblem]) -> TreeBuilder.Part {
        guard kind == .mapping else {
            return TreeBuilder.Part(node: YAMLNode(.sequence(items), at: position), count: count, height: height + 1)
        }
        var unique = UniqueEntries()
        for entry in entries {
            guard let first = unique.add(entry) else { continue }
            let key = entry.key.quotedIfWord.map { "the key \($0)" } ?? "this key"
            let message = "\(key) is already given in line \(first.line), column \(first.column)"
            problems.append(YAMLProblem(message, at: entry.keyPosition))
        }
        if let merge {
            for position in repeatedMerges {
                let message = "the key \"<<\" is already given in line \(merge.position.line), column \(merge.position.column)"
                problems.append(YAMLProblem(message, at: position, hint: "merge several at once: `<<: [*one, *two]`"))
            }
            // The mapping's own keys win over merged ones, and earlier sources over later ones.
            for source in merge.sources { for entry in source { _ = unique.add(entry) } }
        }
        return TreeBuilder.Part(node: YAMLNode(.mapping(unique.entries), at: position), count: count, height: height + 1)
    }
}

/// Entries of which no two have the same key. Few are compared one by one, many are looked up.
private struct UniqueEntries {
    private(set) var entries: [YAMLNode.Entry] = []
    private var index: [String: Position] = [:]
    private static let indexedFrom = 16

    /// - Returns: where the key was first, when it was there already.
    mutating func add(_ entry: YAMLNode.Entry) -> Position? {
        if let first = position(of: entry.key) { return first }
        entries.append(entry)
        if entries.count > Self.indexedFrom {
            index[entry.key] = entry.keyPosition
        } else if entries.count == Self.indexedFrom {
            for entry in entries { index[entry.key] = entry.keyPosition }
        }
        return nil
    }

    private func position(of key: String) -> Position? {
        index.isEmpty ? entries.first { $0.key == key }?.keyPosition : index[key]
    }
}
