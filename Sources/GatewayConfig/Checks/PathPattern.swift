import GatewayCore

/// What can be told of a path pattern of a route before any request comes.
extension Glob {
    /// What stands before the first `*`.
    private var beginning: Substring { text.prefix { $0 != "*" } }

    /// With `/v1` in front where only paths without a version can fit: a request for one is also compared in this form.
    var versioned: String {
        "/v1".hasPrefix(beginning) || beginning.hasPrefix("/v1") ? text : "/v1" + text
    }

    /// Whether a request that any dialect serves can have a path that fits.
    var fitsAnAPIPath: Bool {
        let parts = beginning.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        // The last part goes on behind a star; at the end of an exact path it may be empty.
        let whole = isExact && parts.last != "" ? parts : parts.dropLast()
        guard whole.allSatisfy({ !["", ".", ".."].contains($0) }) else { return false }
        guard let first = whole.first else { return !isExact && APIPaths.firstSegments.contains { $0.hasPrefix(parts.last ?? "") } }
        guard APIPaths.firstSegments.contains(String(first)) else { return false }
        return !isExact || !APIPaths.versions.contains(String(first)) || whole.count > 1
    }
}
