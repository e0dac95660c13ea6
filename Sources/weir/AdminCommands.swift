import ArgumentParser
import GatewayConfig
import GatewayServer
import Glibc
import JSONBytes

/// How a command finds the running gateway.
struct AdminOptions: ParsableArguments {
    @Option(
        name: .customLong("admin"),
        help: "The running gateway's admin address. Without it: from --config, $WEIR_ADMIN, $WEIR_CONFIG, or 127.0.0.1:9901.")
    var address: String?

    @Option(name: [.short, .long], help: "The gateway.yaml whose admin address to use.")
    var config: String?

    func client() -> AdminClient {
        if let address = address ?? Host.variable("WEIR_ADMIN") { return AdminClient(address: address) }
        if let path = config ?? Host.variable("WEIR_CONFIG"), let loaded = try? Configuration.load(path: path, environment: lenient) {
            let address = loaded.configuration.admin.address
            return AdminClient(address: (["0.0.0.0", "::"].contains(address.host) ? "127.0.0.1" : bracketed(address)) + ":\(address.port)")
        }
        return AdminClient(address: "127.0.0.1:9901")
    }

    private var lenient: ConfigEnvironment {
        var environment = ConfigEnvironment.process
        environment.missing = .warn
        return environment
    }

    private func bracketed(_ address: ListenAddress) -> String { address.isIPv6 ? "[\(address.host)]" : address.host }
}

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

    @Option(help: "Seconds to wait for the outcome.")
    var within = 10

    func run() throws {
        let client = admin.client()
        let before = try client.status()
        guard Host.send(SIGHUP, to: before.processID) else {
            throw Refusal("Process \(before.processID) cannot be signalled from here. Run this in the gateway's own container, as its user.")
        }
        for _ in 0..<(within * 50) {
            let now = try client.status()
            if now.reads > before.reads { return try report(before, now) }
            Host.sleep(milliseconds: 20)
        }
        throw Refusal("The gateway did not finish reading its file within \(within) s. See its log and `weir status`.")
    }

    private func report(_ before: AdminClient.Status, _ now: AdminClient.Status) throws {
        switch now.lastRead {
        case "loaded": print("loaded: \(before.hash) -> \(now.hash), generation \(now.generation)")
        case "unchanged": print("unchanged: \(now.hash) is live already")
        default: throw Refusal("refused, \(now.hash) stays live:\n" + now.refusals.joined(separator: "\n"))
        }
    }
}
