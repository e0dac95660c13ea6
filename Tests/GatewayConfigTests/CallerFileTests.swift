@testable import GatewayConfig
import Testing
import YAMLReader

@Suite("A file of callers")
struct CallerFileTests {
    private static let hashes = [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    ]

    private func read(_ callers: String, files: [String: String] = [:], now: Int = 0) throws(ConfigurationErrors) -> LoadedConfiguration {
        let environment = ConfigEnvironment(
            variable: { _ in nil },
            readFile: { path, _ in files[path].map { .success(Array($0.utf8)) } ?? .failure(.unreadable(reason: "No such file or directory")) },
            now: { now })
        let text = """
            version: 1
            providers: { demo: { dialect: openai, url: "demo:" } }
            callers: \(callers)
            routes: [{ name: r, upstream: { provider: demo } }]
            """
        return try Configuration.read(Array(text.utf8), file: "/etc/weir/gateway.yaml", folder: "/etc/weir", environment: environment)
    }

    private static let file = "- { name: web, key: \"sha256:\(hashes[0])\" }\n- { name: batch, key: \"sha256:\(hashes[1])\" }\n"

    @Test func `takes the place of the list, or stands in it beside others`() throws {
        let whole = try read("\"${file:callers.yaml}\"", files: ["/etc/weir/callers.yaml": Self.file])
        let mixed = try read(
            "[\"${file:/run/callers.yaml}\", { name: own, key: \"sha256:\(String(repeating: "7", count: 64))\" }]",
            files: ["/run/callers.yaml": Self.file])

        #expect(whole.configuration.callers.map(\.name) == ["web", "batch"])
        #expect(mixed.configuration.callers.map(\.name) == ["web", "batch", "own"])
        #expect(mixed.otherFiles.map(\.path) == ["/run/callers.yaml"], "a changed file is a change")
    }

    @Test func `has its mistakes at its own lines`() throws {
        let files = [
            "/etc/weir/a.yaml": Self.file, "/etc/weir/b.yaml": "# more\n- { name: web, key: \"sha256:\(Self.hashes[1])\", models: [x], nme: y }\n",
        ]
        let errors = #expect(throws: ConfigurationErrors.self) { try read("[\"${file:a.yaml}\", \"${file:b.yaml}\"]", files: files) }

        #expect(
            errors?.description == """
                /etc/weir/b.yaml:2:3: error: a key of this caller is also a key of the one in line 2 of /etc/weir/a.yaml
                  hint: a key says who calls, so it belongs to one caller, once
                /etc/weir/b.yaml:2:11: error: the caller "web" is already in line 1 of /etc/weir/a.yaml
                  hint: choose another name
                /etc/weir/b.yaml:2:109: error: unknown key "nme" (did you mean "name"?)
                """)
    }

    @Test func `that is not there is refused, or warned of where secrets may be missing`() throws {
        let errors = #expect(throws: ConfigurationErrors.self) { try read("\"${file:callers.yaml}\"") }

        #expect(
            errors?.description
                == "/etc/weir/gateway.yaml:3:10: error: the file /etc/weir/callers.yaml cannot be read: No such file or directory")
    }

    @Test func `does not include others`() {
        let files = ["/etc/weir/a.yaml": "- \"${file:b.yaml}\"\n", "/etc/weir/b.yaml": Self.file]
        let errors = #expect(throws: ConfigurationErrors.self) { try read("\"${file:a.yaml}\"", files: files) }

        #expect(errors?.diagnostics.map(\.file) == ["/etc/weir/a.yaml"])
    }

    @Test(arguments: [
        ("2026-12-31", 1_798_675_200), ("2026-12-31T18:00:00Z", 1_798_740_000), ("2026-12-31T18:00:00+02:00", 1_798_732_800),
        ("2026-12-31t18:00:00-00:30", 1_798_741_800), ("1970-01-01", 0), ("2028-02-29", 1_835_395_200), ("2100-03-01", 4_107_542_400),
    ])
    func `has keys that expire at a day or a time`(text: String, seconds: Int) throws {
        let hash = Self.hashes[0]
        let config = try CallerConfig.load("{ name: a, expires: \(text), key: \"sha256:\(hash)\" }")
        let listed = try CallerConfig.load("{ name: a, keys: [{ key: \"sha256:\(hash)\", expires: \(text) }, \"sha256:\(Self.hashes[1])\"] }")

        #expect(config.keys.map(\.expires) == [seconds])
        #expect(listed.keys.map(\.expires) == [seconds, nil])
    }

    @Test func `is warned about when a key in it has expired, or soon will have`() throws {
        func warnings(_ left: Int) throws -> [String] {
            try read("[{ name: a, expires: 2026-12-31, key: \"sha256:\(Self.hashes[0])\" }]", now: 1_798_675_200 - left).warnings.map(\.message)
        }

        #expect(try warnings(0) == ["this key has expired, and is refused"])
        #expect(try warnings(7 * 86_400) == ["this key expires in 7 d 0 h"])
        #expect(try warnings(7 * 86_400 + 1) == [])
    }

    @Test func `leaves nothing of the file behind when it has been read`() throws {
        let text = """
            version: 1
            callers: [{ name: a, key: "sha256:\(String(repeating: "0", count: 64))" }]
            """
        weak var trace: ReadingContext?
        do {
            let context = ReadingContext(file: "gateway.yaml", folder: "", environment: .process)
            trace = context
            let root = try #require(YAMLDocument(reading: Array(text.utf8)).root)
            var fields = Fields(root, name: "the configuration", context: context)
            let configuration = Configuration(reading: &fields)
            ConfigurationChecks(configuration, root: root, context: context).run()
            #expect(context.callers.count == 1)
        }

        #expect(trace == nil)
    }
}
