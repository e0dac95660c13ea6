import ArgumentParser
import Dispatch
import EventLoop
import Glibc
import MockProvider

@main
struct MockProviderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock-provider",
        abstract: "A provider of the openai dialect without a model, for demos, tests and benchmarks.",
        discussion: """
            Directives say how answers are given: for all requests with --default, for one with an "x-mock" header, or in the path
            (/mock/LIST/v1/chat/completions). Commas, semicolons or spaces divide them:

              status=503 retry-after=7 fail-first=2 id=NAME   errors; with fail-first only the first so many requests of that id
              chunks=20 interval=50ms size=100000             how long the answer is, and the time between its pieces
              delay=500ms drip=1 interim=20 close             slow heads, slow bytes, 1xx answers, connection: close
              cut-after=300 cut-before-head reset             connections that end too soon
              hang hang-after-head hang-after-chunks=3        connections that say nothing more
              error-event error-event-after=3 no-done no-usage garbage garbage-body html redirect switch big-header=100000 gzip
              echo                                            the request as it came, as JSON
              fixed=716                                       a body of that size made beforehand, whatever was asked

            GET /__mock/stats shows what was seen, GET /__mock/last the last request; POST /__mock/reset forgets.
            """)

    @Option(help: "Where to listen.") var host = "127.0.0.1"
    @Option(help: "0 lets the system choose.") var port = 0
    @Option(name: .customLong("default"), help: "Directives for every request.") var defaults = ""
    @Option(help: "Seconds after which a connection that asks nothing is closed.") var idleTimeout = 120

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535.") }
        guard (1...86_400).contains(idleTimeout) else { throw ValidationError("--idle-timeout is 1 to 86400 seconds.") }
        let mistakes = Directives(defaults).mistakes
        guard mistakes.isEmpty else { throw ValidationError("--default: unknown \(mistakes.joined(separator: ", ")).") }
    }

    func run() throws {
        _ = Descriptors.raiseLimit()
        let mock: RunningMock
        do {
            mock = try RunningMock.start(host: host, port: port, defaults: Directives(defaults), idleTimeout: .seconds(idleTimeout))
        } catch {
            throw ValidationError("Cannot listen on \(host):\(port): \(error).")
        }
        print("mock-provider listening on \(host):\(mock.port)")
        // The line is what tests wait for; stdout may be a pipe, which is written in blocks.
        fflush(nil)
        withExtendedLifetime(mock) { dispatchMain() }
    }
}
