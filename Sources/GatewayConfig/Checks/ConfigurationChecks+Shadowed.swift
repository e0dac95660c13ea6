import YAMLReader

extension ConfigurationChecks {
    /// Refuses a route when one earlier route takes every request that it would take.
    ///
    /// Each pair is compared, so most must be told apart by a few bits.
    func checkShadowedRoutes() {
        let shapes = configuration.routes.map { RouteShape($0) }
        for later in shapes.indices where shapes[later].isComplete {
            guard let earlier = shapes[..<later].firstIndex(where: { $0.isComplete && $0.covers(shapes[later]) }) else { continue }
            let line = places["routes", .item(earlier)].line
            context.error(
                "this route is never used: \(configuration.routes[earlier].name.quotedBriefly) in line \(line) takes all of its requests",
                at: places["routes", .item(later)], hint: "put the more special route first")
        }
    }
}

/// A `match` block, made quick to compare.
private struct RouteShape {
    private let match: MatchConfig
    private let paths: Fingerprint
    private let models: Fingerprint
    private let methods: Fingerprint
    private let callers: Fingerprint
    /// False for a stand-in of something that could not be read.
    let isComplete: Bool

    init(_ route: RouteConfig) {
        match = route.match
        paths = Fingerprint(globs: match.paths)
        models = Fingerprint(globs: match.models)
        methods = Fingerprint(names: match.methods)
        callers = Fingerprint(names: match.callers)
        let texts = [match.paths.map(\.text), match.models.map(\.text), match.methods, match.callers, match.headers.map(\.name)]
        isComplete = !route.name.isEmpty && !texts.joined().contains("")
    }

    func covers(_ other: RouteShape) -> Bool {
        guard models.mayCover(other.models), callers.mayCover(other.callers), paths.mayCover(other.paths), methods.mayCover(other.methods) else {
            return false
        }
        return Self.covers(match.models, other.match.models) && Self.covers(match.paths, other.match.paths)
            && (match.methods.isEmpty || Set(other.match.methods).isSubset(of: match.methods))
            && (match.callers.isEmpty || Set(other.match.callers).isSubset(of: match.callers))
            && match.headers.allSatisfy { header in
                other.match.headers.contains { $0.name == header.name && Self.covers(header.values, $0.values) }
            }
    }

    /// Whether each pattern of the second list is inside one of the first. Patterns that only together cover one are not noticed.
    private static func covers(_ outer: [Glob], _ inner: [Glob]) -> Bool {
        if outer.isEmpty { return true }
        return !inner.isEmpty && inner.allSatisfy { glob in outer.contains { $0.covers(glob) } }
    }
}

/// A few bits of a list: they can prove that it does not cover another.
private struct Fingerprint {
    /// One bit for each name; all of them when the list may cover names that are not in it.
    private let outer: UInt64
    private let inner: UInt64
    private let isEverything: Bool

    init(globs: [Glob]) {
        self.init(names: globs.map(\.text), isOpen: globs.contains { !$0.isExact })
    }

    init(names: [String], isOpen: Bool = false) {
        inner = names.reduce(0) { $0 | 1 << UInt64(truncatingIfNeeded: $1.hashValue & 63) }
        isEverything = names.isEmpty
        outer = isEverything || isOpen ? .max : inner
    }

    func mayCover(_ other: Fingerprint) -> Bool {
        other.inner & ~outer == 0 && (isEverything || !other.isEverything)
    }
}
