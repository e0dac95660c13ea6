import Crypto
import EventLoop
package import GatewayConfig
import GatewayCore
import GatewayFilters
import GatewayTelemetry

/// Where the configuration is read from, at the start and at each reload.
package struct ConfigurationSource: Sendable {
    /// What messages and logs call it.
    package let name: String
    package let read: @Sendable () throws(ConfigurationErrors) -> LoadedConfiguration

    package static func file(_ path: String) -> ConfigurationSource {
        ConfigurationSource(name: path) { () throws(ConfigurationErrors) in try Configuration.load(path: path) }
    }

    package static var builtIn: ConfigurationSource {
        ConfigurationSource(name: DefaultConfiguration.name) { () throws(ConfigurationErrors) in
            try Configuration.read(Array(DefaultConfiguration.text.utf8), file: DefaultConfiguration.name)
        }
    }
}

/// Reads the file again and, if it is right in every part, makes it the live one. Belongs to the control queue.
final class Reloader {
    private let source: ConfigurationSource
    private let shared: SharedState
    private let live: LivePipeline
    private let state: ReloadState
    private let metrics: MetricsRegistry
    private let log: OperationalLog
    private let demoURL: @Sendable () throws -> String
    private var current: Configuration
    private var currentReferences: ReferencedTexts
    private var currentHash: String

    init(
        source: ConfigurationSource, loaded: LoadedConfiguration, hash: String, shared: SharedState, live: LivePipeline, state: ReloadState,
        metrics: MetricsRegistry, log: OperationalLog, demoURL: @escaping @Sendable () throws -> String
    ) {
        self.source = source
        self.shared = shared
        self.live = live
        self.state = state
        self.metrics = metrics
        self.log = log
        self.demoURL = demoURL
        current = loaded.configuration
        currentReferences = loaded.references
        currentHash = hash
    }

    /// - Returns: the configuration to apply outside the pipeline; nil when nothing changed or the file was refused.
    func reload() -> Configuration? {
        let loaded: LoadedConfiguration
        do { loaded = try source.read() } catch {
            refuse(error.diagnostics.filter { $0.severity == .error }.map(\.description))
            return nil
        }
        let restarts = loaded.restartOnlyChanges(from: current, currentReferences)
        guard restarts.isEmpty else {
            refuse(restarts.map(\.description))
            return nil
        }
        let hash = Self.hash(loaded)
        guard hash != currentHash else {
            state.unchanged()
            metrics.configurationUnchanged()
            log.info("configuration unchanged", ("hash", .string(hash)))
            return nil
        }
        return publish(loaded, hash)
    }

    private func publish(_ loaded: LoadedConfiguration, _ hash: String) -> Configuration? {
        let old = currentHash
        let generation = live.pipeline.generation + 1
        do {
            let pipeline = try Pipeline(
                compiling: loaded.configuration, shared: shared, generation: generation, createdAt: WallClock.unixMilliseconds / 1000,
                demoURL: demoURL)
            live.publish(pipeline)
            shared.keep(pipeline)
        } catch {
            refuse([loaded.references.hidden(in: "\(source.name): error: \(error)")])
            return nil
        }
        current = loaded.configuration
        currentReferences = loaded.references
        currentHash = hash
        state.loaded(hash: hash, generation: generation, warnings: loaded.warnings.map(\.description), at: WallClock.unixMilliseconds)
        metrics.configurationLoaded(hash: hash, generation: generation)
        log.info("configuration loaded", ("hash", .string(hash)), ("replaces", .string(old)), ("generation", .int(generation)))
        for warning in loaded.warnings { log.warning("configuration warning", ("diagnostic", .string(warning.description))) }
        return loaded.configuration
    }

    private func refuse(_ reasons: [String]) {
        state.refused(reasons, at: WallClock.unixMilliseconds)
        metrics.configurationRefused()
        log.error("configuration refused, the old one stays", ("hash", .string(currentHash)), ("reasons", .strings(reasons)))
    }

    /// Tells one configuration, secrets included, from another: the first 12 digits of a SHA-256.
    static func hash(_ loaded: LoadedConfiguration) -> String {
        var hash = SHA256()
        hash.update(data: loaded.bytes)
        for file in loaded.otherFiles {
            hash.update(data: Array("\n\(file.path)\n\(file.bytes.count)\n".utf8))
            hash.update(data: file.bytes)
        }
        return hash.finalize().prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 2 ? digits : "0" + digits
        }.joined()
    }
}
