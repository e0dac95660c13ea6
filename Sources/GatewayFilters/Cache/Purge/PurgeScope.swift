/// Which answers are to be forgotten.
package struct PurgeScope: Equatable, Sendable {
    /// nil: of all routes.
    package let route: String?
    /// Whose requests brought them; nil: whosever.
    package let caller: String?

    package init(route: String? = nil, caller: String? = nil) {
        self.route = route
        self.caller = caller
    }

    /// Its name among the marks. A caller's name may hold anything, so what is in front of it has its length in front.
    var field: String {
        switch (route, caller) {
        case (nil, nil): "*"
        case (let route?, nil): "route:" + route
        case (nil, let caller?): "caller:" + caller
        case (let route?, let caller?): "both:\(route.utf8.count):\(route):\(caller)"
        }
    }

    func includes(_ tag: PurgeTag) -> Bool {
        (route ?? tag.route) == tag.route && (caller ?? tag.callerName) == tag.callerName
    }
}

extension PurgeTag {
    /// As `weir cache purge --caller` and the log have it.
    var callerName: String { caller ?? "anonymous" }

    /// All that it is forgotten with.
    var fields: [String] {
        [
            PurgeScope().field, PurgeScope(route: route).field, PurgeScope(caller: callerName).field,
            PurgeScope(route: route, caller: callerName).field,
        ]
    }
}
