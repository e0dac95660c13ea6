import YAMLReader

/// Finds where a checked value stands in the file. Only mistakes pay for it.
struct Places {
    enum Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case key(String)
        case item(Int)

        init(stringLiteral value: String) { self = .key(value) }
        init(integerLiteral value: Int) { self = .item(value) }
    }

    let root: YAMLNode

    /// The place of the value at the end of a path, or of the last part that the file has.
    ///
    /// The first item of a list is found also where the file has a single value in its place.
    subscript(_ path: Step...) -> Position { position(path) }

    func position(_ path: [Step]) -> Position {
        var node = root
        for step in path {
            switch (step, node.value) {
            case (.key(let key), .mapping(let entries)):
                guard let entry = entries.first(where: { $0.key == key }) else { return node.position }
                node = entry.value
            case (.item(let index), .sequence(let items)) where index < items.count: node = items[index]
            case (.item(let index), .mapping(let entries)) where index < entries.count: node = entries[index].value
            default: return node.position
            }
        }
        return node.position
    }

    /// Whether a top-level key has a value of the wrong kind, so that nothing is known of what it was to say.
    func isUnread(_ key: String) -> Bool {
        guard case .mapping(let blocks) = root.value, let node = blocks.first(where: { $0.key == key })?.value else { return false }
        return key == "jwt" ? node.kind != "a list" : node.kind != "a mapping of keys"
    }

    /// The place of a name that is a key, such as that of a provider.
    func key(_ name: String, of block: String) -> Position {
        guard case .mapping(let blocks) = root.value, let node = blocks.first(where: { $0.key == block })?.value,
            case .mapping(let entries) = node.value
        else { return root.position }
        return entries.first { $0.key == name }?.keyPosition ?? node.position
    }
}
