import Foundation
import GatewayConfig
import Testing

@Suite("Every configuration that we hand out")
struct ExamplesTests {
    static let folder = Fixtures.configFolder.appending(path: "examples")

    @Test(arguments: Fixtures.files(in: folder, withExtension: "yaml"))
    func `loads without a warning and begins with what it is for`(name: String) throws {
        let bytes = try Fixtures.bytes(of: name, in: Self.folder)

        let loaded = try Configuration.read(bytes, file: name, environment: Fixtures.environment)

        #expect(loaded.warnings == [])
        #expect(bytes.starts(with: "# ".utf8))
    }

    @Test func `is the demo when it is the reference`() throws {
        let bytes = try Fixtures.bytes(of: "gateway.yaml", in: Fixtures.configFolder)

        let loaded = try Configuration.read(bytes, file: "gateway.yaml", environment: Fixtures.environment)

        #expect(loaded.warnings == [])
        #expect(loaded.configuration.providers.map(\.endpoint) == [.demo])
        #expect(loaded.configuration.routes.first?.authn == (try AuthnConfig.load("anonymous: true")))
        #expect(loaded.configuration.listen.address.isLoopback)
    }

    @Test func `says the same in the reference as without it`() throws {
        let bytes = try Fixtures.bytes(of: "gateway.yaml", in: Fixtures.configFolder)

        let reference = try Configuration.read(bytes, file: "gateway.yaml", environment: Fixtures.environment).configuration
        let defaults = try Fixtures.read(
            """
            version: 1
            providers: { demo: { dialect: openai, url: "demo:" } }
            models: { demo: { targets: [{ provider: demo }] } }
            routes: [{ name: everything, match: { path: "/*" }, authn: { anonymous: true }, upstream: { provider: demo } }]
            """
        ).configuration

        #expect(reference == defaults)
    }

    @Test func `is built in for those who have none`() throws {
        let loaded = try Configuration.read(
            Array(DefaultConfiguration.text.utf8), file: DefaultConfiguration.name, environment: Fixtures.environment)

        #expect(loaded.warnings == [])
        #expect(loaded.configuration.models.map(\.name) == ["demo"])
        #expect(loaded.configuration.routes.map(\.upstream.provider) == ["demo"])
    }
}
