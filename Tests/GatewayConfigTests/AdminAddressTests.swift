import GatewayConfig
import Testing

@Suite("The admin address alone")
struct AdminAddressTests {
    private func address(_ text: String) throws -> String {
        "\(try Configuration.adminAddress(Array(text.utf8), file: "gateway.yaml", environment: Fixtures.environment))"
    }

    @Test func `is found whatever mistakes stand elsewhere in the file`() throws {
        #expect(try address("version: 7\nlissten: {}\nadmin: { address: 127.0.0.1:9999, x: 1 }\nproviders: 5") == "127.0.0.1:9999")
    }

    @Test func `may be referred to, and has a default`() throws {
        #expect(try address("admin: { address: \"${env:LISTEN}\" }") == "10.11.12.13:8000")
        #expect(try address("version: 1") == "127.0.0.1:9901")
    }

    @Test(arguments: ["version: [", "- 1", "admin: { address: nonsense }", "admin: 9901", "admin: { address: \"${env:NOT_THERE}\" }"])
    func `is none in a file that gives none`(text: String) {
        #expect(throws: ConfigurationErrors.self) { try address(text) }
    }
}
