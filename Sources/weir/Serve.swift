import ArgumentParser
import Dispatch
import EventLoop
import GatewayConfig
import GatewayServer
import Glibc
import MockProvider
import Synchronization

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve requests until SIGTERM.",
        discussion: """
            SIGHUP reads the file again (`weir reload` sends it and tells how it went). SIGTERM and SIGINT stop accepting, finish what is open within
            `drain` (30 s by default), and exit 0; a second one exits at once.
            """)

    @Option(name: [.short, .long], help: "The gateway.yaml to serve. Without it, $WEIR_CONFIG; without that, the built-in demo.")
    var config: String?

    @Flag(help: "Print a request to paste once the gateway listens.")
    var welcome = false

    func run() throws {
        Host.openMissingStandardFiles()
        // Before anything slow: as process 1 of a container, signals without a handler are dropped by the kernel.
        let signals = Signals()
        let path = config ?? Host.variable("WEIR_CONFIG")
        let source: ConfigurationSource = path.map { .file($0) } ?? .builtIn
        let loaded = try Refusal.wrap { () throws(ConfigurationErrors) in try source.read() }
        let demo = DemoProvider()
        let options = Gateway.Options(
            source: source, version: Build.version, build: Build.parts, limits: Host.limits(), processID: Host.processID,
            startTicks: Host.process(Host.processID)?.startTicks ?? 0, logDescriptor: 1,
            demoURL: { try demo.url() })
        let gateway: Gateway
        do { gateway = try Gateway(options, loaded: loaded) } catch { throw Refusal(error.description) }
        if welcome { Welcome.print(port: gateway.port, adminPort: gateway.adminPort) }
        signals.run(gateway)
    }
}

/// The built-in demo provider, started when a file first asks for it.
final class DemoProvider: Sendable {
    private let running = Mutex<RunningMock?>(nil)

    func url() throws -> String {
        try running.withLock { running in
            let mock = try running ?? RunningMock.start()
            running = mock
            return "http://127.0.0.1:\(mock.port)/v1"
        }
    }
}

/// What a newcomer reads after `make run`.
enum Welcome {
    static func print(port: Int, adminPort: Int) {
        let text = """

            Weir listens on http://127.0.0.1:\(port). Paste this into another terminal:

              curl -N http://127.0.0.1:\(port)/v1/chat/completions -H 'content-type: application/json' \\
                -d '{"model":"demo","stream":true,"messages":[{"role":"user","content":"Hello, Weir!"}]}'

            Metrics: http://127.0.0.1:\(adminPort)/metrics   Status: http://127.0.0.1:\(adminPort)/status   Stop: Ctrl-C

            """
        Host.writeError(text)
    }
}
