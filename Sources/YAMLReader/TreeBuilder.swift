/// Puts events together to a tree, without recursion, so that deep nesting costs an error and not the stack.
struct TreeBuilder {
    /// A finished value, and what it costs wherever it is put.
    struct Part {
        let node: YAMLNode
        let count: Int
        let height: Int
    }

    private let limits: YAMLLimits
    private var open: [OpenCollection] = []
    private var anchors: [String: Part] = [:]
    private var documents = 0
    private var nodes = 0
    private var aliasedNodes = 0
    private(set) var root: YAMLNode?
    private(set) var problems: [YAMLProblem] = []

    init(limits: YAMLLimits) {
        self.limits = limits
    }

    mutating func add(_ event: YAMLEvent, at position: Position) throws(YAMLProblem) {
        switch event {
        case .documentStart:
            documents += 1
            guard documents == 1 else {
                throw YAMLProblem("a second document begins here", at: position, hint: "a configuration is one document: remove the `---` line")
            }
        case .alias(let name): try addAlias(name, at: position)
        case .scalar(let scalar, let anchor, let tag):
            let isPlain = scalar.isPlain && tag == nil
            checkTag(tag, allowed: ["tag:yaml.org,2002:str", "!"], at: position)
            let node = YAMLNode(.scalar(YAMLNode.Scalar(text: scalar.text, isPlain: isPlain)), at: position)
            try count(at: position)
            try finish(Part(node: node, count: 1, height: 0), anchor: anchor)
        case .sequenceStart(let anchor, let tag):
            checkTag(tag, allowed: ["tag:yaml.org,2002:seq"], at: position)
            try push(OpenCollection(.sequence, at: position, anchor: anchor))
        case .mappingStart(let anchor, let tag):
            checkTag(tag, allowed: ["tag:yaml.org,2002:map"], at: position)
            try push(OpenCollection(.mapping, at: position, anchor: anchor))
        case .collectionEnd:
            guard let collection = open.popLast() else { preconditionFailure("libyaml ended a collection that it had not begun") }
            try finish(collection.finished(problems: &problems), anchor: collection.anchor)
        case .other: break
        }
    }

    private mutating func addAlias(_ name: String, at position: Position) throws(YAMLProblem) {
        if open.contains(where: { $0.anchor == name }) {
            throw YAMLProblem("an alias stands inside the value that it stands for", at: position)
        }
        guard let part = anchors[name] else {
            let spelled = name.quotedIfWord.map { " \($0)" } ?? ""
            throw YAMLProblem("the alias\(spelled) has no anchor above it", at: position, hint: "text that begins with * stands in quotes")
        }
        aliasedNodes += part.count
        guard aliasedNodes <= limits.aliasedNodesMax else {
            throw YAMLProblem("aliases stand for more than \(limits.aliasedNodesMax) values", at: position)
        }
        try checkDepth(open.count + part.height, at: position)
        try finish(part, anchor: nil)
    }

    private mutating func push(_ collection: OpenCollection) throws(YAMLProblem) {
        try checkDepth(open.count + 1, at: collection.position)
        try count(at: collection.position)
        open.append(collection)
    }

    private mutating func finish(_ part: Part, anchor: String?) throws(YAMLProblem) {
        if let anchor { anchors[anchor] = part }
        guard !open.isEmpty else {
            root = part.node
            return
        }
        try open[open.count - 1].add(part)
    }

    private mutating func count(at position: Position) throws(YAMLProblem) {
        nodes += 1
        guard nodes <= limits.nodesMax else { throw YAMLProblem("the file has more than \(limits.nodesMax) values", at: position) }
    }

    private func checkDepth(_ depth: Int, at position: Position) throws(YAMLProblem) {
        guard depth <= limits.depthMax else {
            throw YAMLProblem("values are nested more than \(limits.depthMax) deep", at: position)
        }
    }

    private mutating func checkTag(_ tag: String?, allowed: [String], at position: Position) {
        guard let tag, !allowed.contains(tag) else { return }
        let name = "tag:yaml.org,2002:"
        let isOwn = tag.hasPrefix(name) && String(tag.dropFirst(name.count)).quotedIfWord != nil
        let spelling = isOwn ? " \"!!\(tag.dropFirst(name.count))\"" : ""
        problems.append(
            YAMLProblem("the tag\(spelling) means nothing here", at: position, hint: "remove the tag; text that begins with ! stands in quotes"))
    }
}
