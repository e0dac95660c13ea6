import ArgumentParser
import Glibc
import MonotonicClock

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the running gateway serves, since when, and how its targets do.", discussion: "Prints the JSON of its /status page.")

    @OptionGroup var admin: AdminOptions

    func run() throws {
        print(String(decoding: try admin.client().get("/status", expecting: 200), as: UTF8.self), terminator: "")
    }
}

struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Exit 0 if the running gateway takes requests, else 1.",
        discussion: "For container health checks, in images without curl.")

    @OptionGroup var admin: AdminOptions

    @Flag(help: "Only ask whether the process answers.")
    var live = false

    func run() throws {
        print(String(decoding: try admin.client().get(live ? "/livez" : "/readyz", expecting: 200), as: UTF8.self), terminator: "")
    }
}

struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have the running gateway read its file again, and tell how it went.",
        discussion: """
            Sends SIGHUP, waits for the outcome and prints it. Exit 0: the file is live. Exit 1: it was refused, and the old one stays; every reason is
            printed. Run it where the gateway runs: kubectl exec POD -c weir -- weir reload
            """)

    @OptionGroup var admin: AdminOptions

    @Option(help: "Seconds to wait for the outcome, 1 to 3600.")
    var within = 10

    func validate() throws {
        guard (1...3600).contains(within) else { throw ValidationError("--within must be between 1 and 3600 seconds.") }
    }

    func run() throws {
        let client = try admin.client()
        let before = try client.status()
        try signal(before)
        let deadline = Instant.now.advanced(by: .seconds(within))
        repeat {
            Host.sleep(milliseconds: 20)
            let now = try client.status()
            if now.reads > before.reads { return try report(before, now) }
        } while .now < deadline
        throw Refusal("The gateway did not finish reading its file within \(within) s. See its log and `weir status`.")
    }

    /// The page may come from another machine, through a forwarded port: the number alone could be any process here.
    private func signal(_ status: AdminClient.Status) throws {
        let isHere = Host.process(status.processID).map { $0.isWeir && $0.startTicks == status.startTicks } ?? false
        guard isHere, Host.send(SIGHUP, to: status.processID) else {
            throw Refusal("Process \(status.processID) cannot be signalled from here. Run this in the gateway's own container, as its user.")
        }
    }

    private func report(_ before: AdminClient.Status, _ now: AdminClient.Status) throws {
        switch now.lastRead {
        case "loaded": print("loaded: \(before.hash) -> \(now.hash), generation \(now.generation)")
        case "unchanged": print("unchanged: \(now.hash) is live already")
        default: throw Refusal("refused, \(now.hash) stays live:\n" + now.refusals.joined(separator: "\n"))
        }
    }
}
