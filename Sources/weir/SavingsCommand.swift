import ArgumentParser
import JSONBytes

struct SavingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "savings", abstract: "Show what the running gateway has spent, and what it has saved of that by what.",
        discussion: """
            In US dollars since it started, by the prices in its file. The bill without Weir is what was spent and what was saved together;
            docs/money.md says against what each saving is measured. One process: of several pods, add up the metrics weir_cost_usd_total,
            weir_saved_usd_total and weir_added_usd_total.
            """)

    @OptionGroup var admin: AdminOptions

    @Flag(help: "Print the JSON of the status page instead of a table.")
    var json = false

    func run() throws {
        let client = try admin.client()
        let page = try client.get("/status", expecting: 200)
        guard let money = (try? JSONValue(parsing: page))?["money"], let table = SavingsTable(money) else {
            throw Refusal("What listens on \(client.address) (\(client.origin)) is not weir's admin listener, or an older weir.")
        }
        if json { print(String(decoding: money.written(), as: UTF8.self)) } else { print(table.text, terminator: "") }
    }
}
