import ArgumentParser
import JSONBytes

struct Cache: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Deal with the answers that the running gateway keeps.", subcommands: [Purge.self])
}

extension Cache {
    struct Purge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the running gateway forget answers, in its memory and in Redis.",
            discussion: """
                With --route and --caller only the answers that the caller's requests on that route brought. Other gateways at the same Redis hear of it
                within a second. Exit 1: Redis could not be told, so that other gateways may still give old answers; run it again.
                """)

        @OptionGroup var admin: AdminOptions

        @Option(help: "Only the answers of this route.")
        var route: String?

        @Option(help: "Only the answers that this caller's requests brought; anonymous: those of requests without a key.")
        var caller: String?

        @Flag(help: "The answers of all routes and callers.")
        var all = false

        func validate() throws {
            guard all == (route == nil && caller == nil) else { throw ValidationError("Say --route, --caller, both, or --all alone.") }
        }

        func run() throws {
            var scope: JSONValue = [:]
            if let route { scope["route"] = .string(route) }
            if let caller { scope["caller"] = .string(caller) }
            if all { scope["all"] = true }
            let page = try admin.client().post("/cache/purge", scope)
            guard let report = try? JSONValue(parsing: page), let count = report["answers"]?.int, let redis = report["redis"]?.string else {
                throw Refusal("What listens there is not weir's admin listener.")
            }
            print("purged: \(count) answer\(count == 1 ? "" : "s") in memory" + (redis == "told" ? ", and what is in Redis" : ""))
            guard redis != "unreachable" else {
                throw Refusal("Redis could not be told: other gateways may still give old answers. Run this again.")
            }
        }
    }
}
