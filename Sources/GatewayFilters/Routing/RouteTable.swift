package import GatewayCore

/// When a route serves a request. An empty list or nil matches everything.
package struct RouteCondition: Equatable, Sendable {
    /// In their `/v1` form.
    package var paths: [Glob]
    package var methods: [String]
    package var models: [Glob]
    package var headers: [(name: String, values: [Glob])]
    package var callers: [String]

    package init(
        paths: [Glob] = [], methods: [String] = [], models: [Glob] = [], headers: [(name: String, values: [Glob])] = [],
        callers: [String] = []
    ) {
        self.paths = paths
        self.methods = methods
        self.models = models
        self.headers = headers
        self.callers = callers
    }

    package static func == (left: RouteCondition, right: RouteCondition) -> Bool {
        left.paths == right.paths && left.methods == right.methods && left.models == right.models && left.callers == right.callers
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.values == $1.values }
    }
}

/// What a route is chosen by.
package struct RouteQuery {
    package var path: String
    /// As the client wrote it, where that is another spelling of `path`. A route may be written either way.
    package var pathAsSent: String?
    package var method: String
    /// nil when the request names none.
    package var model: String?
    /// A list of models has no model of its own: whatever route serves the path serves it.
    package var ignoresModel: Bool
    package var header: (_ name: String) -> String?
    /// The name of whoever holds the request's key; asked for only if a route wants to know.
    package var caller: () -> String?

    package init(
        path: String, asSent pathAsSent: String? = nil, method: String, model: String?, ignoresModel: Bool = false,
        header: @escaping (String) -> String? = { _ in nil },
        caller: @escaping () -> String? = { nil }
    ) {
        self.path = path
        self.pathAsSent = pathAsSent == path ? nil : pathAsSent
        self.method = method
        self.model = model
        self.ignoresModel = ignoresModel
        self.header = header
        self.caller = caller
    }
}

/// Finds the first route that matches, without looking at each.
///
/// Routes are filed under what they ask of path and model: an exact text, the literal beginning of a pattern, or nothing. A request
/// looks into the few drawers that its own path and model can stand in and takes the lowest route number that really matches.
package struct RouteTable: Sendable {
    /// A part of a request as a drawer is labelled with it.
    private enum Label: Hashable {
        case exact(String)
        case beginning(Substring)
        case any
    }

    private struct Drawer: Hashable {
        let path: Label
        let model: Label
    }

    private let conditions: [RouteCondition]
    private let drawers: [Drawer: [Int]]
    private let pathBeginnings: [Int]
    private let modelBeginnings: [Int]
    /// Few routes are found sooner by looking at each.
    private static let scannedMax = 8

    package init(_ conditions: [RouteCondition]) {
        self.conditions = conditions
        var drawers: [Drawer: [Int]] = [:]
        var pathLengths: Set<Int> = []
        var modelLengths: Set<Int> = []
        for (number, condition) in conditions.enumerated() {
            let paths = Self.labels(condition.paths, lengths: &pathLengths)
            let models = Self.labels(condition.models, lengths: &modelLengths)
            for path in paths { for model in models { drawers[Drawer(path: path, model: model), default: []].append(number) } }
        }
        self.drawers = drawers
        pathBeginnings = pathLengths.sorted()
        modelBeginnings = modelLengths.sorted()
    }

    private static func labels(_ patterns: [Glob], lengths: inout Set<Int>) -> Set<Label> {
        guard !patterns.isEmpty else { return [.any] }
        var labels: Set<Label> = []
        for pattern in patterns {
            guard !pattern.isExact else {
                labels.insert(.exact(pattern.text))
                continue
            }
            let beginning = pattern.text.prefix { $0 != "*" }
            lengths.insert(beginning.utf8.count)
            labels.insert(beginning.isEmpty ? .any : .beginning(beginning))
        }
        return labels
    }

    /// - Returns: the number of the route, in the order of `init`.
    package func match(_ query: RouteQuery) -> Int? {
        if conditions.count <= Self.scannedMax || query.ignoresModel { return conditions.indices.first { matches(conditions[$0], query) } }
        var best: Int?
        let models = Self.drawerLabels(query.model, beginningLengths: modelBeginnings)
        var paths = Self.drawerLabels(query.path, beginningLengths: pathBeginnings)
        if let other = query.pathAsSent { paths += Self.drawerLabels(other, beginningLengths: pathBeginnings) }
        for path in paths {
            for model in models {
                guard let drawer = drawers[Drawer(path: path, model: model)] else { continue }
                for number in drawer {
                    if let best, number >= best { break }
                    if matches(conditions[number], query) {
                        best = number
                        break
                    }
                }
            }
        }
        return best
    }

    private static func drawerLabels(_ text: String?, beginningLengths lengths: [Int]) -> [Label] {
        guard let text else { return [.any] }
        var labels: [Label] = [.exact(text)]
        for length in lengths where length > 0 && length <= text.utf8.count {
            let end = text.utf8.index(text.utf8.startIndex, offsetBy: length)
            labels.append(.beginning(text[..<end]))
        }
        labels.append(.any)
        return labels
    }

    private func matches(_ condition: RouteCondition, _ query: RouteQuery) -> Bool {
        guard condition.paths.isEmpty || condition.paths.contains(where: { $0.matches(query.path) || (query.pathAsSent.map($0.matches) ?? false) })
        else { return false }
        guard condition.methods.isEmpty || condition.methods.contains(query.method) else { return false }
        if !condition.models.isEmpty, !query.ignoresModel {
            guard let model = query.model, condition.models.contains(where: { $0.matches(model) }) else { return false }
        }
        for header in condition.headers {
            guard let value = query.header(header.name), header.values.contains(where: { $0.matches(value) }) else { return false }
        }
        guard condition.callers.isEmpty else {
            guard let caller = query.caller() else { return false }
            return condition.callers.contains(caller)
        }
        return true
    }
}
