import ArgumentParser
import GatewayConfig

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See whether a gateway.yaml is right, without serving it.",
        discussion: """
            Prints every mistake with its line, and exits 1 if there is one. Opens no socket. Secrets that the file refers to must be there, unless
            --without-secrets is given: then a missing one is a warning, so that a file can be checked where its secrets are not.
            """)

    @Argument(help: "The file. Without it, $WEIR_CONFIG.")
    var file: String?

    @Flag(help: "Do not insist on ${env:…} and ${file:…} being there.")
    var withoutSecrets = false

    func run() throws {
        guard let path = file ?? Host.variable("WEIR_CONFIG") else { throw ValidationError("Name the file to check: weir check gateway.yaml") }
        var environment = ConfigEnvironment.process
        if withoutSecrets { environment.missing = .warn }
        let loaded = try Refusal.wrap { () throws(ConfigurationErrors) in try Configuration.load(path: path, environment: environment) }
        for warning in loaded.warnings { Host.writeError("\(warning)\n") }
        let configuration = loaded.configuration
        print(
            "\(path): ok (\(configuration.routes.count) routes, \(configuration.models.count) models, \(configuration.providers.count) providers, "
                + "\(configuration.callers.count) callers)")
    }
}
