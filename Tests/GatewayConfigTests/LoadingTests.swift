import Foundation
import GatewayConfig
import MonotonicClock
import Testing

@Suite("Loading a configuration")
final class LoadingTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "weir-config-\(UUID())")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @Test func `reads files beside the configuration and leaves out the newline at their end`() throws {
        try write("sk-from-a-file\n", to: "key")

        let loaded = try load("providers: { a: { dialect: openai, key: \"${file:key}\" } }")

        #expect(loaded.configuration.providers.first?.key?.reveal() == "sk-from-a-file")
        #expect(loaded.otherFiles.map(\.bytes) == [Array("sk-from-a-file\n".utf8)])
        #expect(loaded.bytes.starts(with: "version: 1".utf8))
    }

    @Test func `follows the links by which Kubernetes swaps a directory`() throws {
        for name in ["one", "two"] {
            try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
            try write("sk-\(name)", to: "\(name)/key")
        }
        let link = folder.appending(path: "data").path
        var seen: [String?] = []

        for name in ["one", "two"] {
            try? FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: name)
            let loaded = try load("providers: { a: { dialect: openai, key: \"${file:data/key}\" } }")
            seen.append(loaded.configuration.providers.first?.key?.reveal())
        }

        #expect(seen == ["sk-one", "sk-two"])
    }

    @Test func `reads a file once, however often it is named`() throws {
        try write("sk-x", to: "key")

        let loaded = try load(
            "providers: { a: { dialect: openai, key: \"${file:key}\" }, b: { dialect: openai, url: https://x, key: \"${file:key}\" } }")

        #expect(loaded.otherFiles.count == 1)
        #expect(loaded.configuration.providers.map { $0.key?.reveal() } == ["sk-x", "sk-x"])
    }

    @Test func `refuses what is no file, is empty, or is not there`() throws {
        try write("", to: "empty.yaml")
        let made = unsafe mkfifo(folder.appending(path: "pipe").path, 0o600)
        try #require(made == 0)

        for (name, reason) in [
            ("empty.yaml", "is empty"), ("pipe", "is not a regular file"), ("", "is not a regular file"),
            ("missing.yaml", "cannot be read: No such file or directory"),
        ] {
            let path = folder.appending(path: name).path
            let errors = #expect(throws: ConfigurationErrors.self) { try Configuration.load(path: path) }
            #expect(errors?.description == "\(path): error: \(reason)")
        }
    }

    @Test func `refuses a file that is larger than anyone would write`() throws {
        let path = folder.appending(path: "huge.yaml").path
        try Data(count: 9 << 20).write(to: URL(filePath: path))

        let errors = #expect(throws: ConfigurationErrors.self) { try Configuration.load(path: path) }

        #expect(errors?.description == "\(path): error: is larger than 8MiB")
    }

    @Test func `warns of missing secrets where that is asked for, and finds all else`() throws {
        let environment = ConfigEnvironment(
            variable: { _ in nil }, readFile: { _, _ in .failure(.unreadable(reason: "No such file or directory")) }, missing: .warn)
        let text = "version: 1\ndrain: \"${env:DRAIN}\"\nproviders: { a: { dialect: openai, key: \"${env:KEY}\" } }\nroutes:\n"
        let route = "  - { name: a, authn: { anonymous: true }, upstream: { provider: a } }\n"

        let loaded = try Configuration.read(Array((text + route).utf8), file: "x", environment: environment)
        let errors = #expect(throws: ConfigurationErrors.self) {
            try Configuration.read(Array((text + route + "rotes: 1\n").utf8), file: "x", environment: environment)
        }

        #expect(loaded.warnings.map(\.line) == [2, 3])
        #expect(errors?.diagnostics.filter { $0.severity == .error }.map(\.line) == [6])
    }

    @Test func `says which changes need a restart, and where the file asks for them`() throws {
        let old = try load("workers: 2\nproviders: { a: { dialect: openai, key: \"x\" } }")
        let new = try load(
            "listen: { address: \"[::1]:0\" }\nadmin: { address: 0.0.0.0:9901 }\nproviders: { a: { dialect: openai, key: \"x\" } }"
        )

        let hidden = try Fixtures.read("version: 1\nlisten: { address: \"${env:LISTEN}\" }\n" + Self.rest)
        #expect(
            hidden.restartOnlyChanges(from: new.configuration, new.references).first?.message
                == "changing listen.address from [::1]:0 to what its reference stands for needs a restart")
        #expect(
            new.restartOnlyChanges(from: hidden.configuration, hidden.references).first?.message
                == "changing listen.address from what its reference stands for to [::1]:0 needs a restart")
        #expect(new.restartOnlyChanges(from: new.configuration, new.references) == [])
        let file = folder.appending(path: "gateway.yaml").path
        #expect(
            new.restartOnlyChanges(from: old.configuration, old.references).map(\.description) == [
                "\(file):2:20: error: changing listen.address from 127.0.0.1:8000 to [::1]:0 needs a restart",
                "\(file):3:19: error: changing admin.address from 127.0.0.1:9901 to 0.0.0.0:9901 needs a restart",
                "\(file):1:1: error: changing workers from 2 to the default needs a restart",
            ])
    }

    private static let rest = """
        providers: { a: { dialect: openai, url: "demo:" } }
        routes: [{ name: r, authn: { anonymous: true }, upstream: { provider: a } }]
        """

    @Test func `keeps the certificates of ca, so that a changed one is a change`() throws {
        try write("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", to: "ca.pem")

        let loaded = try load("providers: { a: { dialect: openai, url: \"https://x\", ca: ca.pem } }")

        #expect(loaded.otherFiles.map(\.path) == [folder.appending(path: "ca.pem").path])
        #expect(loaded.configuration.providers.first?.certificateAuthorities == loaded.otherFiles.first?.bytes)
    }

    @Test func `never takes what has been written so far for the whole`() async throws {
        // A writer that was held up for longer than anybody is waited for proves nothing: then another one has its turn.
        for _ in 0..<20 {
            let (whole, gap, result) = try await Self.readWhileWritten(folder.appending(path: "pieces.yaml").path)
            guard gap < .milliseconds(80) else { continue }
            #expect(result == .failure(.changedWhileRead) || result == .success(Array(whole.utf8)))
            return
        }
    }

    /// - Returns: the longest pause of the writer, and what was read of the file, which is being written for half a second.
    private static func readWhileWritten(
        _ path: String
    ) async throws -> (whole: String, gap: Duration, result: Result<[UInt8], ConfigFileError>) {
        let pieces = (0..<100).map { "line-\($0): 1\n" }
        let start = Instant.now
        try pieces[0].write(toFile: path, atomically: false, encoding: .utf8)
        async let gap = withCheckedContinuation { (continuation: CheckedContinuation<Duration, Never>) in
            DispatchQueue(label: "test.writer").async { continuation.resume(returning: append(pieces.dropFirst(), to: path, after: start)) }
        }
        let result = ConfigEnvironment.process.readFile(path, 1 << 20)
        return (pieces.joined(), await gap, result)
    }

    private static func append(_ pieces: ArraySlice<String>, to path: String, after start: Instant) -> Duration {
        guard let file = FileHandle(forWritingAtPath: path) else { return .seconds(1) }
        _ = try? file.seekToEnd()
        var (last, gap) = (start, Duration.zero)
        for piece in pieces {
            usleep(5000)
            try? file.write(contentsOf: Data(piece.utf8))
            gap = max(gap, last.duration(to: .now))
            last = .now
        }
        return gap
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
    }

    /// Loads from disk what `text` says, with a route to the provider `a`.
    private func load(_ text: String) throws -> LoadedConfiguration {
        let routes = "routes: [{ name: r, authn: { anonymous: true }, upstream: { provider: a } }]\n"
        try write("version: 1\n\(text)\n\(routes)", to: "gateway.yaml")
        return try Configuration.load(path: folder.appending(path: "gateway.yaml").path)
    }
}
