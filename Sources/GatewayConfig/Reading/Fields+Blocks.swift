import YAMLReader

/// A part of the file that is read from a mapping.
package protocol ConfigBlock {
    init(reading fields: inout Fields)
}

extension Fields {
    /// The block under a key; where the key is absent, what an empty block means.
    mutating func block<T: ConfigBlock>(_ key: String) -> T {
        if let block: T = optionalBlock(key) { return block }
        var empty = Fields([], at: position, context: context)
        return T(reading: &empty)
    }

    mutating func optionalBlock<T: ConfigBlock>(_ key: String) -> T? {
        optionalBlock(key) { T(reading: &$0) }
    }

    mutating func optionalBlock<T>(_ key: String, read: (inout Fields) -> T) -> T? {
        guard let node = take(key) else { return nil }
        var fields = Fields(node, name: key, context: context)
        return read(&fields)
    }

    /// A list of blocks, one for each item of the file; empty where the key is absent.
    mutating func blocks<T>(_ key: String, read: (inout Fields) -> T) -> [T] {
        guard let node = take(key) else { return [] }
        guard case .sequence(let items) = node.value else {
            context.error("\(key) must be a list, not \(node.kind)", at: node.position, hint: "begin each entry with `- `")
            return []
        }
        return items.map { item in
            var fields = Fields(item, name: "an entry of \(key)", context: context)
            return read(&fields)
        }
    }

    /// Blocks under names of the operator's choosing; empty where the key is absent.
    mutating func namedBlocks<T>(_ key: String, name: ScalarType<String>, read: (String, inout Fields) -> T) -> [T] {
        guard let node = take(key) else { return [] }
        var names = Fields(node, name: key, context: context)
        return names.takeAll().map { entry in
            var fields = Fields(entry.value, name: entry.key.quotedBriefly, context: context)
            return read(names.checkedName(entry, name), &fields)
        }
    }

    /// The key of an entry; a wrong one is reported.
    func checkedName(_ entry: YAMLNode.Entry, _ type: ScalarType<String>) -> String {
        do throws(ScalarMistake) {
            return try type.parse(ScalarText(entry.key, isPlain: true))
        } catch {
            context.error("a name \(error.message)", at: entry.keyPosition, hint: error.hint)
            return type.placeholder
        }
    }
}
