import YAMLReader

/// The keys of one mapping, each read once by name; `finish` refuses the ones that nobody read.
///
/// A mistake is reported where it stands and reading goes on with a stand-in, so that one run finds them all.
package struct Fields {
    let context: ReadingContext
    /// Where the mapping begins; where a missing key is reported.
    let position: Position
    private let entries: [YAMLNode.Entry]
    private var isRead: [Bool]
    private var known: [String] = []
    /// Stands in for a mapping that is none: says nothing more about it.
    private let isMuted: Bool
    private let unreadBefore: Int

    init(_ entries: [YAMLNode.Entry], at position: Position, context: ReadingContext, isMuted: Bool = false) {
        self.entries = entries
        self.position = position
        self.context = context
        self.isMuted = isMuted
        unreadBefore = context.unreadCount
        isRead = Array(repeating: false, count: entries.count)
    }

    /// - Parameter name: what the mapping is, for messages.
    init(_ node: YAMLNode, name: String, context: ReadingContext) {
        if case .mapping(let entries) = node.value {
            self.init(entries, at: node.position, context: context)
        } else {
            let hint = node.kind == "nothing" ? "write its keys below it, indented, or remove it" : nil
            context.error("\(name) must be a mapping of keys, not \(node.kind)", at: node.position, hint: hint)
            self.init([], at: node.position, context: context, isMuted: true)
        }
    }

    /// The value of a key, from now on a known one.
    mutating func take(_ key: String) -> YAMLNode? {
        known.append(key)
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        isRead[index] = true
        return entries[index].value
    }

    func has(_ key: String) -> Bool {
        entries.contains { $0.key == key }
    }

    /// Where the value of a key stands, or else the mapping.
    func position(of key: String) -> Position {
        entries.first { $0.key == key }?.value.position ?? position
    }

    func error(_ message: String, at key: String? = nil, hint: String? = nil) {
        guard !isMuted else { return }
        context.error(message, at: key.map(position(of:)) ?? position, hint: hint)
    }

    /// Reports a mistake between several values, unless one of them is a stand-in.
    func conflict(_ message: String, at key: String, hint: String? = nil) {
        guard context.unreadCount == unreadBefore else { return }
        context.conflict(message, at: position(of: key), hint: hint)
    }

    func warn(_ message: String, at key: String, hint: String? = nil) {
        context.warn(message, at: position(of: key), hint: hint)
    }

    func reportMissing(_ key: String, hint: String? = nil) {
        error("the key \"\(key)\" is missing", hint: hint)
    }

    /// Refuses every key that was not asked for.
    func finish() {
        for (entry, isRead) in zip(entries, isRead) where !isRead {
            let suggestion = context.suggestion(for: entry.key, among: known)
            let hint = suggestion.isEmpty ? "known here: \(Set(known).sorted().joined(separator: ", "))" : nil
            context.error("unknown key" + (entry.key.quotedIfWord.map { " " + $0 } ?? "") + suggestion, at: entry.keyPosition, hint: hint)
        }
    }

    /// All entries in order, for mappings whose keys are names of the operator's choosing.
    mutating func takeAll() -> [YAMLNode.Entry] {
        isRead = Array(repeating: true, count: entries.count)
        return entries
    }
}

extension YAMLNode {
    /// What the value is, for messages.
    var kind: String {
        switch value {
        case .scalar(let scalar): scalar.isPlain && ["", "~", "null"].contains(scalar.text) ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping of keys"
        }
    }
}
