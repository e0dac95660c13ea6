@testable import GatewayFilters

/// A question to a table of routes, made by hand.
final class Asked: RouteQuery {
    let path: String
    let pathAsSent: String?
    let method: String
    let model: String?
    let ignoresModel: Bool
    private let headerOf: (String) -> String?
    private let allHeaderNames: () -> [String]
    private let caller: () -> String?

    init(
        path: String, asSent: String? = nil, method: String, model: String?, ignoresModel: Bool = false,
        header: @escaping (String) -> String? = { _ in nil }, headerNames: @escaping () -> [String] = { [] },
        caller: @escaping () -> String? = { nil }
    ) {
        self.path = path
        pathAsSent = asSent
        self.method = method
        self.model = model
        self.ignoresModel = ignoresModel
        headerOf = header
        allHeaderNames = headerNames
        self.caller = caller
    }

    var headerNames: [String] { allHeaderNames() }
    var callerName: String? { caller() }

    func header(_ name: String) -> String? { headerOf(name) }
}
