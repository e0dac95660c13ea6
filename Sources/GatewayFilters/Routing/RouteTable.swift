import GatewayCore
import HTTPWire

/// Finds the first route that matches, without looking at each.
///
/// Routes are filed in drawers by what they ask of path, model, caller and one header, in this order: an exact text, the literal
/// beginning or ending of a pattern, or nothing. A request looks into the few drawers that it can stand in and takes the lowest route
/// number that really matches. Whose key it carries is found out only if a drawer in its way is labelled with a caller.
package struct RouteTable: Sendable {
    /// Few routes are found sooner by looking at each.
    private static let scannedMax = 8
    /// A route that would stand in more drawers than this is filed under fewer of its parts.
    private static let drawersMax = 256

    private let conditions: [RouteCondition]
    private let drawers: RouteDrawer
    /// For lists of models, which belong to no model.
    private let drawersWithoutModels: RouteDrawer

    package init(_ conditions: [RouteCondition]) {
        self.conditions = conditions
        var drawers = RouteDrawer()
        var drawersWithoutModels = RouteDrawer()
        if conditions.count > Self.scannedMax {
            for (number, condition) in conditions.enumerated() {
                var labels = Self.labels(of: condition)
                drawers.file(number, under: Self.bounded(labels)[...])
                labels[1] = [.any]
                drawersWithoutModels.file(number, under: Self.bounded(labels)[...])
            }
        }
        self.drawers = drawers
        self.drawersWithoutModels = drawersWithoutModels
    }

    /// - Returns: the number of the route, in the order of `init`.
    package func match(_ query: some RouteQuery) -> Int? {
        var looks = 0
        return match(query, looks: &looks)
    }

    /// - Parameter looks: how many conditions were compared, added up for tests.
    func match(_ query: some RouteQuery, looks: inout Int) -> Int? {
        guard conditions.count > Self.scannedMax else {
            for index in conditions.indices where conditions[index].matches(query) { return index }
            return nil
        }
        var search = RouteSearch(query: query, conditions: conditions)
        search.look(into: query.ignoresModel ? drawersWithoutModels : drawers, level: 0)
        looks += search.looks
        return search.best
    }
}

// What a route is filed under.
extension RouteTable {
    private static func labels(of condition: RouteCondition) -> [Set<RouteLabel>] {
        let header = condition.headers.first { !$0.values.isEmpty && $0.values.allSatisfy(\.isExact) }
        let values = header.map { header in header.values.map { RouteLabel.header(header.name, $0.text) } } ?? []
        let lists = [labels(of: condition.paths), labels(of: condition.models), labels(of: condition.callers), Set(values)]
        return lists.map { $0.isEmpty ? [.any] : $0 }
    }

    private static func labels(of patterns: [Glob]) -> Set<RouteLabel> {
        Set(
            patterns.map { pattern in
                guard !pattern.isExact else { return .exact(pattern.text) }
                let beginning = pattern.text.prefix { $0 != "*" }
                if !beginning.isEmpty { return .beginning(beginning) }
                let ending = pattern.text.suffix(from: pattern.text.index(after: pattern.text.lastIndex(of: "*") ?? pattern.text.startIndex))
                return ending.isEmpty ? .any : .ending(ending)
            })
    }

    private static func bounded(_ labels: [Set<RouteLabel>]) -> [Set<RouteLabel>] {
        var labels = labels
        while labels.reduce(1, { $0.multipliedReportingOverflow(by: $1.count).partialValue }) > drawersMax {
            guard let longest = labels.indices.max(by: { labels[$0].count < labels[$1].count }) else { break }
            labels[longest] = [.any]
        }
        return labels
    }
}
