import GatewayCore
import YAMLReader

extension ConfigurationChecks {
    func checkQuota(ofRoute index: Int) {
        let route = configuration.routes[index]
        var seen: [String: Int] = [:]
        for (number, limit) in route.quota.enumerated() where limit.allowance != .unread {
            checkRedis(limit, ofRoute: index, number)
            checkSubject(of: limit, on: route, at: places["routes", .item(index), "quota", .item(number), "each"])
            if let first = seen.updateValue(number, forKey: "\(limit.name) \(limit.each.name)") {
                let line = places["routes", .item(index), "quota", .item(first)].line
                context.error(
                    "this limit and the one in line \(line) count the same", at: places["routes", .item(index), "quota", .item(number)],
                    hint: "keep the smaller one")
            } else if let tighter = route.quota.firstIndex(where: { limit.isOutOfReach(behind: $0) }) {
                let line = places["routes", .item(index), "quota", .item(tighter)].line
                context.error(
                    "this limit can never be reached: the one in line \(line) is reached before",
                    at: places["routes", .item(index), "quota", .item(number), "allow"], hint: "remove it, or make it smaller")
            }
        }
    }

    private func checkSubject(of limit: QuotaConfig, on route: RouteConfig, at position: Position) {
        switch limit.each {
        case .caller where !route.authn.tellsCallers, .team where !route.authn.tellsCallers:
            context.error("each: \(limit.each.name) counts nobody: the route takes no keys", at: position, hint: "write `each: everyone`")
        case .team where !hasTeams: context.error("each: team counts nothing: no caller has a team", at: position)
        case .claim(let name): checkClaim(name, on: route, at: position)
        case .model where configuration.models.isEmpty: context.error("each: model counts nothing: there are no models", at: position)
        default: break
        }
    }

    /// A claim is one that some issuer's tokens are read for, on a route that takes tokens.
    private func checkClaim(_ name: String, on route: RouteConfig, at position: Position) {
        guard route.authn.accepted.contains(.jwt) else {
            return context.error(
                "each: claim \(name) counts everybody together: the route takes no tokens", at: position,
                hint: "write `authn: { accept: [jwt] }`, or `each: everyone`")
        }
        let names = configuration.jwt.flatMap { $0.claims.map(\.name) }
        guard !names.contains(name), !places.isUnread("jwt") else { return }
        unknown("claim", name, among: names, at: position, hint: "name it where its issuer stands: `claims: { \(name): path.in.the.token }`")
    }

    /// What a limit says of Redis has to have a meaning.
    private func checkRedis(_ limit: QuotaConfig, ofRoute index: Int, _ number: Int) {
        let place = places["routes", .item(index), "quota", .item(number)]
        let position = places["routes", .item(index), "quota", .item(number), "when_redis_is_down"]
        if configuration.redis == nil {
            guard position != place, !places.isUnread("redis") else { return }
            context.error("when_redis_is_down does nothing: the file names no redis", at: position, hint: "remove it, or add redis")
        } else if limit.onRedisFailure == .share, configuration.quota.pods == nil, !places.isUnread("quota") {
            context.error(
                "nobody knows this gateway's share of the limit while Redis is down: quota.pods is missing", at: position,
                hint: "say at the top of the file how many gateways there are, `quota: { pods: 3 }`, or here `when_redis_is_down: reject` or `allow`")
        }
    }

    /// Limits of one name are one limit, so they must say the same.
    func checkSharedLimits() {
        var seen: [String: (limit: QuotaConfig, route: Int, number: Int)] = [:]
        for (index, route) in configuration.routes.enumerated() {
            for (number, limit) in route.quota.enumerated() where limit.allowance != .unread {
                let key = "\(limit.name) \(limit.each.name)"
                guard let first = seen[key] else {
                    seen[key] = (limit, index, number)
                    continue
                }
                guard first.route != index, first.limit != limit, !route.name.isEmpty else { continue }
                let line = places["routes", .item(first.route), "quota", .item(first.number)].line
                let position = places["routes", .item(index), "quota", .item(number), "allow"]
                context.error("the limit \(limit.name.quotedBriefly) in line \(line) allows something else", at: position)
            }
        }
    }
}

extension QuotaConfig {
    /// Whether `other`, on the same route, is always reached before this one. Said of requests alone: what they come to is known beforehand.
    fileprivate func isOutOfReach(behind other: QuotaConfig) -> Bool {
        guard self != other, each == other.each, !other.isShadow, allowance.measure == .requests, other.allowance.measure == .requests,
            case .sliding(let long) = allowance.window, case .sliding(let short) = other.allowance.window, short <= long
        else { return false }
        let windows = Int((long / short).rounded(.up))
        let (most, overflow) = other.allowance.amount.multipliedReportingOverflow(by: windows)
        return !overflow && most < allowance.amount
    }
}
