import GatewayCore
import YAMLReader
import HTTPWire

// A thousand routes are half a million pairs. So each route is first boiled down to a few machine words without references, which tell most
// pairs apart at about a nanosecond each; only the others are compared name by name.

extension ConfigurationChecks {
    /// Refuses a route when one earlier route takes every request that it would take.
    func checkShadowedRoutes() {
        let routes = configuration.routes
        let prints = routes.map { RoutePrint($0.match) }
        let patterns = routes.map { RoutePatterns($0.match) }
        let isComplete = zip(routes, patterns).map { !$0.name.isEmpty && $1.isComplete }
        for later in routes.indices where isComplete[later] {
            for earlier in 0..<later where prints[earlier].mayCover(prints[later]) && isComplete[earlier] {
                guard patterns[earlier].cover(patterns[later]) else { continue }
                let line = places["routes", .item(earlier)].line
                context.error(
                    "this route is never used: \(routes[earlier].name.quotedBriefly) in line \(line) takes all of its requests",
                    at: places["routes", .item(later)], hint: "put the more special route first")
                break
            }
        }
    }
}

/// What is enough to see of most `match` blocks that one does not cover the other.
private struct RoutePrint {
    private let paths: ListPrint
    private let models: ListPrint
    private let methods: ListPrint
    private let callers: ListPrint
    private let headers: ListPrint

    init(_ match: MatchConfig) {
        paths = ListPrint(match.paths.map(\.text), orAs: match.paths.map(\.versioned), areGlobs: true)
        models = ListPrint(match.models.map(\.text), areGlobs: true)
        methods = ListPrint(match.methods)
        callers = ListPrint(match.callers.map(\.text), areGlobs: true)
        headers = ListPrint(match.headers.map(\.name))
    }

    /// False proves that some request of the other block is not one of this.
    func mayCover(_ other: RoutePrint) -> Bool {
        paths.mayCover(other.paths) && models.mayCover(other.models) && callers.mayCover(other.callers) && methods.mayCover(other.methods)
            && headers.mayBePartly(other.headers)
    }
}

/// A few bits of a list of names or patterns, where an empty list means everything.
private struct ListPrint {
    private let names: UInt64
    /// The names that the list may cover; all when it has patterns or means everything.
    private let covered: UInt64
    private let isEverything: Bool

    /// - Parameter others: what the texts mean besides themselves.
    init(_ texts: [String], orAs others: [String]? = nil, areGlobs: Bool = false) {
        names = Self.bits(others ?? texts)
        isEverything = texts.isEmpty
        let hasStar = areGlobs && texts.contains { $0.utf8.contains(UInt8(ascii: "*")) }
        covered = isEverything || hasStar ? .max : names | Self.bits(texts)
    }

    private static func bits(_ texts: [String]) -> UInt64 {
        texts.reduce(0) { $0 | 1 << UInt64(truncatingIfNeeded: $1.hashValue & 63) }
    }

    func mayCover(_ other: ListPrint) -> Bool {
        other.names & ~covered == 0 && (isEverything || !other.isEverything)
    }

    /// Whether every name of this list may be one of the other.
    func mayBePartly(_ other: ListPrint) -> Bool {
        names & ~other.names == 0
    }
}

/// A `match` block in bytes: walking arrays is several times quicker than walking strings. A class, so that comparing copies one reference.
private final class RoutePatterns {
    private let paths: [[UInt8]]
    /// In the same order, in their `/v1` form.
    private let versionedPaths: [[UInt8]]
    private let models: [[UInt8]]
    private let callers: [[UInt8]]
    private let match: MatchConfig
    /// False when something in it could not be read.
    let isComplete: Bool

    init(_ match: MatchConfig) {
        self.match = match
        paths = match.paths.map { Array($0.text.utf8) }
        versionedPaths = match.paths.map { Array($0.versioned.utf8) }
        models = match.models.map { Array($0.text.utf8) }
        callers = match.callers.map { Array($0.text.utf8) }
        let names = [match.methods, match.headers.map(\.name)]
        isComplete = !paths.contains([]) && !models.contains([]) && !callers.contains([]) && !names.joined().contains("")
    }

    /// Whether this block takes every request that the other takes. That only several patterns together cover one is not noticed.
    func cover(_ other: RoutePatterns) -> Bool {
        guard coverPaths(of: other), Self.cover(models, other.models), Self.cover(callers, other.callers) else { return false }
        return (match.methods.isEmpty || Set(other.match.methods).isSubset(of: match.methods))
            && match.headers.allSatisfy { header in
                other.match.headers.contains { inner in
                    inner.name == header.name && inner.values.allSatisfy { glob in header.values.contains { $0.covers(glob) } }
                }
            }
    }

    private func coverPaths(of other: RoutePatterns) -> Bool {
        if paths.isEmpty { return true }
        return !other.paths.isEmpty
            && zip(other.paths, other.versionedPaths).allSatisfy { sent, versioned in
                paths.contains { Glob.match($0, sent) || Glob.match($0, versioned) }
            }
    }

    /// - SeeAlso: `Glob.covers`
    private static func cover(_ outer: [[UInt8]], _ inner: [[UInt8]]) -> Bool {
        if outer.isEmpty { return true }
        return !inner.isEmpty && inner.allSatisfy { text in outer.contains { Glob.match($0, text) } }
    }
}
