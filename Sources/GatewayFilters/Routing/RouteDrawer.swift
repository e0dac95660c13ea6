import HTTPWire

/// A part of a request as a drawer is labelled with it.
enum RouteLabel: Hashable {
    case exact(String)
    case beginning(Substring)
    case ending(Substring)
    case header(_ name: String, String)
    case any
}

/// A drawer of drawers, one level for each part of a request; in the innermost, the numbers of routes.
struct RouteDrawer {
    private(set) var inner: [RouteLabel: RouteDrawer] = [:]
    /// In ascending order.
    private(set) var numbers: [Int] = []
    /// The lowest number in here, however deep.
    private(set) var first = Int.max
    /// The lengths in bytes of the beginnings and endings among the labels.
    private(set) var beginnings: Set<Int> = []
    private(set) var endings: Set<Int> = []
    private(set) var headers: Set<String> = []

    /// Whether any label asks for something.
    var isLabelled: Bool { inner.count > (inner[.any] == nil ? 0 : 1) }

    /// - Parameter number: higher than all before.
    mutating func file(_ number: Int, under labels: ArraySlice<Set<RouteLabel>>) {
        first = min(first, number)
        guard let own = labels.first else { return numbers.append(number) }
        for label in own {
            switch label {
            case .beginning(let text): beginnings.insert(text.utf8.count)
            case .ending(let text): endings.insert(text.utf8.count)
            case .header(let name, _): headers.insert(name)
            case .exact, .any: break
            }
            inner[label, default: RouteDrawer()].file(number, under: labels.dropFirst())
        }
    }

    /// The labels that a text could be filed under.
    func labels(for text: String?) -> [RouteLabel] {
        guard let text, isLabelled else { return [.any] }
        var labels: [RouteLabel] = [.any, .exact(text)]
        for length in beginnings where length <= text.utf8.count { labels.append(.beginning(Substring(text.utf8.prefix(length)))) }
        for length in endings where length <= text.utf8.count { labels.append(.ending(Substring(text.utf8.suffix(length)))) }
        return labels
    }
}

/// One look for the first route that matches.
struct RouteSearch<Query: RouteQuery> {
    let query: Query
    let conditions: [RouteCondition]
    private(set) var best: Int?
    /// How many conditions were compared.
    private(set) var looks = 0

    init(query: Query, conditions: [RouteCondition]) {
        self.query = query
        self.conditions = conditions
    }

    /// - Parameter level: 0 for the path, 1 for the model, 2 for the caller, 3 for a header.
    mutating func look(into drawer: RouteDrawer, level: Int) {
        guard drawer.first < best ?? .max else { return }
        if drawer.inner.isEmpty { return compare(drawer.numbers) }
        for label in labels(in: drawer, level) {
            if let inner = drawer.inner[label] { look(into: inner, level: level + 1) }
        }
    }

    private func labels(in drawer: RouteDrawer, _ level: Int) -> [RouteLabel] {
        switch level {
        case 0: drawer.labels(for: query.path) + (query.pathAsSent.map(drawer.labels) ?? [])
        case 1: drawer.labels(for: query.model)
        case 2: drawer.isLabelled ? drawer.labels(for: query.callerName) : [.any]
        default: headerLabels(in: drawer)
        }
    }

    private func headerLabels(in drawer: RouteDrawer) -> [RouteLabel] {
        guard !drawer.headers.isEmpty else { return [.any] }
        let sent = query.headerNames.filter(drawer.headers.contains)
        return [.any] + sent.compactMap { name in query.header(name).map { .header(name, $0) } }
    }

    private mutating func compare(_ numbers: [Int]) {
        for number in numbers where number < best ?? .max {
            looks += 1
            guard conditions[number].matches(query) else { continue }
            best = number
            return
        }
    }
}
