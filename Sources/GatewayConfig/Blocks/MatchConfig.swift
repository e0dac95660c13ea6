package import GatewayCore
import YAMLReader

/// The `match` block of a route. Each list takes a request when one of its entries does; an empty list takes any request.
package struct MatchConfig: ConfigBlock, Equatable, Sendable {
    package struct Header: Equatable, Sendable {
        /// Lower case.
        package let name: String
        /// Never empty.
        package let values: [Glob]
    }

    /// Compared with the path without its query.
    ///
    /// A request path whose first segment is no version (`v1`, `v1beta`) is also compared with `/v1` put in front.
    package let paths: [Glob]
    /// Upper case.
    package let methods: [String]
    /// The model as the client names it.
    package let models: [Glob]
    /// All of these must be present and match.
    package let headers: [Header]
    package let callers: [Glob]

    package init(reading fields: inout Fields) {
        paths = fields.list("path", of: .pathGlob) ?? []
        methods = fields.list("method", of: .method) ?? []
        models = fields.list("model", of: .modelGlob) ?? []
        headers =
            fields.optionalBlock("header") { names in
                names.takeAll().map { entry in
                    var field = Fields([entry], at: entry.keyPosition, context: names.context)
                    return Header(name: names.checkedName(entry, .headerName), values: field.list(entry.key, of: .headerGlob) ?? [])
                }
            } ?? []
        callers = fields.list("caller", of: .callerGlob) ?? []
        fields.finish()
    }
}
