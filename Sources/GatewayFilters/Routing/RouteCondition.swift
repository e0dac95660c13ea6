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

/// Knows of a request what few routes ask for.
package protocol RouteSubject: AnyObject {
    func header(_ name: String) -> String?
    /// The names of all headers, in lower case.
    var headerNames: [String] { get }
    /// The name of whoever holds the request's key.
    var callerName: String? { get }
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
    /// Asked only if a route wants to know.
    package var subject: (any RouteSubject)?

    package init(
        path: String, asSent pathAsSent: String? = nil, method: String, model: String?, ignoresModel: Bool = false,
        subject: (any RouteSubject)? = nil
    ) {
        self.path = path
        self.pathAsSent = pathAsSent == path ? nil : pathAsSent
        self.method = method
        self.model = model
        self.ignoresModel = ignoresModel
        self.subject = subject
    }
}

extension RouteCondition {
    package func matches(_ query: RouteQuery) -> Bool {
        guard paths.isEmpty || paths.contains(where: { $0.matches(query.path) || (query.pathAsSent.map($0.matches) ?? false) })
        else { return false }
        guard methods.isEmpty || methods.contains(query.method) else { return false }
        if !models.isEmpty, !query.ignoresModel {
            guard let model = query.model, models.contains(where: { $0.matches(model) }) else { return false }
        }
        for header in headers {
            guard let value = query.subject?.header(header.name), header.values.contains(where: { $0.matches(value) }) else { return false }
        }
        guard callers.isEmpty else {
            guard let caller = query.subject?.callerName else { return false }
            return callers.contains { $0.matches(caller) }
        }
        return true
    }
}
