/// One step of the pointers of a plan: the steps behind it, or what to do here.
struct JSONEditNode: Sendable {
    /// The pointer to here, for messages.
    let path: String
    private(set) var action: JSONEditAction?
    private(set) var children: [JSONEditNode] = []
    /// The tokens of `children`, in their order.
    private(set) var names: JSONNames = []
    private(set) var indexes: [Int?] = []
    /// Values to add at the array's end, from pointers that end in `-`.
    private(set) var appended: [[UInt8]] = []
    /// Whether something is to be made here when nothing is there.
    private(set) var creates = false

    private var tokens: [String] = []

    init(path: String) { self.path = path }

    /// Puts an action at the end of `tokens`, below this node.
    mutating func add(_ action: JSONEditAction, at tokens: ArraySlice<String>, of pointer: JSONPointer) throws(JSONEditPlanError) {
        guard let token = tokens.first else {
            guard children.isEmpty, appended.isEmpty else { throw .conflict(path, (children.first?.path ?? path + "/-")) }
            let merged = self.action == nil ? action : try self.action?.merged(with: action, at: path)
            guard let merged else { throw .conflict(path, path) }
            self.action = merged
            return
        }
        guard self.action == nil else { throw .conflict(path, pointer.description) }
        if token == "-" {
            guard tokens.count == 1, case .set(let value) = action else { throw .misplacedDash(pointer.description) }
            return appended.append(value)
        }
        if let index = self.tokens.firstIndex(of: token) { return try children[index].add(action, at: tokens.dropFirst(), of: pointer) }
        var child = JSONEditNode(path: path + JSONPointer.text([token]))
        try child.add(action, at: tokens.dropFirst(), of: pointer)
        children.append(child)
        self.tokens.append(token)
    }

    /// Works out what the walk needs. To be called once, on the root.
    mutating func prepare() {
        for index in children.indices { children[index].prepare() }
        names = JSONNames(tokens)
        indexes = tokens.map(JSONPointer.index)
        creates =
            switch action {
            case .set, .default, .addText, .insert: true
            case .remove, .clamp: false
            case nil: !appended.isEmpty || children.contains(where: \.creates)
            }
    }

    var isRemoval: Bool { action == .remove }

    /// The JSON to put here when nothing is there, by a node that `creates`.
    ///
    /// - Throws: `missingElement` when it would take an array with elements that nobody gave.
    func made(at offset: Int) throws(JSONError) -> [UInt8] {
        switch action {
        case .set(let value), .default(let value, _): return value
        case .addText(let text, _, _): return JSONText.quoted(text)
        case .insert(let elements): return [.openBracket] + elements.map(\.bytes).joined(separator: [.comma]) + [.closeBracket]
        case .remove, .clamp: preconditionFailure("nothing is made for a removal or a clamp")
        case nil: break
        }
        guard appended.isEmpty else {
            if let child = children.first(where: \.creates) { throw JSONError(.missingElement(path: child.path), at: offset) }
            return [.openBracket] + appended.joined(separator: [.comma]) + [.closeBracket]
        }
        var members: [[UInt8]] = []
        for index in children.indices where children[index].creates { members.append(try madeMember(index, at: offset)) }
        return [.openBrace] + members.joined(separator: [.comma]) + [.closeBrace]
    }

    /// `"name":value` for a child that is not there.
    func madeMember(_ index: Int, at offset: Int) throws(JSONError) -> [UInt8] {
        JSONText.quoted(names.names[index]) + [.colon] + (try children[index].made(at: offset))
    }
}
