import ArgumentParser

/// The `weir` command.
///
/// Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 64 the command line cannot be understood.
@main
struct Weir: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "An AI gateway that runs beside your app.",
        discussion: """
            Start it with `weir serve`: without a file it serves a built-in demo provider on 127.0.0.1:8000, which needs no key and no network.
            Write a gateway.yaml, check it with `weir check gateway.yaml`, serve it with `weir serve --config gateway.yaml`, and after a change
            run `weir reload` in the same container: requests under way are not touched.

            Exit codes: 0 done; 1 refused or failed, with the reason on standard error; 64 the command line cannot be understood.
            """,
        version: Build.line,
        subcommands: [Serve.self, Check.self, Reload.self, Status.self, SavingsCommand.self, Cache.self, Key.self, HealthCommand.self, Version.self])

    func run() throws {
        print(
            """
            weir \(Build.version): an AI gateway that runs beside your app.

            Next:
              weir serve                          serve the built-in demo on 127.0.0.1:8000
              weir check gateway.yaml             see whether a file is right
              weir serve --config gateway.yaml    serve it
              weir --help                         everything else
            """)
    }
}
