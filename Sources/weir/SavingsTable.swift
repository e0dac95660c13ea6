import JSONBytes

/// The `money` of a status page, as a table: one column for the whole and one for each route.
struct SavingsTable {
    private static let levers = [
        ("cache", "kept answers"), ("single_flight", "shared calls"), ("prompt_cache", "provider's prompt cache"), ("routing", "cheaper routing"),
        ("retries", "retries"),
    ]

    private let since: String
    private let columns: [(name: String, bill: JSONValue)]

    /// - Returns: nil when it is something else.
    init?(_ money: JSONValue) {
        guard let since = money["since"]?.string, let total = money["total"], let routes = money["routes"]?.array else { return nil }
        self.since = since
        let named = routes.compactMap { route in route["route"]?.string.flatMap { name in route["bill"].map { (name, $0) } } }
        columns = [("all routes", total)] + (named.count > 1 ? named : [])
    }

    var text: String {
        let rows = rows
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            row.enumerated().map { index, cell in
                let fill = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + fill : fill + cell
            }.joined(separator: "  ")
        }
        return "US dollars since \(since)\n\n" + lines.map { $0 + "\n" }.joined()
    }

    private var rows: [[String]] {
        var rows = [[""] + columns.map(\.name), row("bill without Weir") { Dollars.text(Self.without($0)) }]
        for (lever, name) in Self.levers { rows.append(row("  " + name) { Dollars.text(-Self.saved($0, lever)) }) }
        rows.append(row("spent") { Dollars.text(Self.dollars($0["spent_usd"])) })
        rows.append(row("requests paid") { "\($0["requests_paid"]?.int ?? 0)" })
        rows.append(row("requests not paid") { "\($0["requests_unpaid"]?.int ?? 0)" })
        return rows
    }

    private func row(_ name: String, _ cell: (JSONValue) -> String) -> [String] { [name] + columns.map { cell($0.bill) } }

    private static func without(_ bill: JSONValue) -> Int {
        levers.reduce(dollars(bill["spent_usd"])) { $0 + saved(bill, $1.0) }
    }

    /// Below zero when the lever added more than it saved.
    private static func saved(_ bill: JSONValue, _ lever: String) -> Int {
        let entry = bill["levers"]?[lever]
        return dollars(entry?["saved_usd"]) - dollars(entry?["added_usd"])
    }

    private static func dollars(_ value: JSONValue?) -> Int { value?.string.flatMap(Dollars.nanodollars) ?? 0 }
}
