package import GatewayCore
import HTTPWire

/// When a route serves a request. An empty list or nil matches everything.
package struct RouteCondition: Equatable, Sendable {
    /// In their `/v1` form.
    package var paths: [Glob]
    package var methods: [String]
    package var models: [Glob]
    package var headers: [(name: String, values: [Glob])]
    package var callers: [Glob]

    package init(
        paths: [Glob] = [], methods: [String] = [], models: [Glob] = [], headers: [(name: String, values: [Glob])] = [],
        callers: [Glob] = []
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
package protocol RouteQuery: AnyObject {
    /// In its `/v1` form.
    var path: String { get }
    /// As the client wrote it, where that is another spelling of `path`. A route may be written either way.
    var pathAsSent: String? { get }
    var method: String { get }
    /// nil when the request names none.
    var model: String? { get }
    /// A list of models has no model of its own: whatever route serves the path serves it.
    var ignoresModel: Bool { get }
    /// The names of all headers, in lower case; asked for only if a route wants to know.
    var headerNames: [String] { get }
    /// The name of whoever holds the request's key; asked for only if a route wants to know.
    var callerName: String? { get }

    func header(_ name: String) -> String?
}

extension RouteCondition {
    package func matches(_ query: some RouteQuery) -> Bool {
        guard paths.isEmpty || paths.contains(where: { $0.matches(query.path) || (query.pathAsSent.map($0.matches) ?? false) })
        else { return false }
        guard methods.isEmpty || methods.contains(query.method) else { return false }
        if !models.isEmpty, !query.ignoresModel {
            guard let model = query.model, models.contains(where: { $0.matches(model) }) else { return false }
        }
        for header in headers {
            guard let value = query.header(header.name), header.values.contains(where: { $0.matches(value) }) else { return false }
        }
        guard callers.isEmpty else {
            guard let caller = query.callerName else { return false }
            return callers.contains { $0.matches(caller) }
        }
        return true
    }
}
