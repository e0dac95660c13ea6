import GatewayCore

/// Who may be given an answer that someone else paid for. Nothing is ever shared between two routes.
package enum CacheScope: String, CaseIterable, Sendable {
    case caller
    /// A caller without a team shares with nobody.
    case team
    case everyone

    /// Names those whom `caller` shares with. All anonymous requests of a route share with each other, and with nobody else unless with
    /// everyone.
    func identity(of caller: Caller?) -> String {
        if self == .everyone { return "everyone" }
        guard let caller else { return "anonymous" }
        if self == .team, let team = caller.team { return "team \(team)" }
        return "caller \(caller.name)"
    }
}
