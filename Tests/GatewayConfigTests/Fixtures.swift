import Foundation
import GatewayConfig

/// Files beside the tests, and an environment that is the same everywhere.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    static let configFolder = folder.deletingLastPathComponent().deletingLastPathComponent().appending(path: "config")
    /// Must not be seen in any message.
    static let secret = "sk-fixture-secret-0123456789"

    static let environment = ConfigEnvironment(
        variable: { name in
            switch name {
            case "EMPTY": ""
            case "NOT_A_DURATION": "soon"
            case "YES": "yes"
            case "LISTEN": "10.11.12.13:8000"
            case "LOUD": "SK-Fixture-Loud-Secret"
            case "SHORT": "zq"
            case "SHORT_PATH": "/zq"
            case "WITH_SLASH": "sk-a/b~secret"
            case _ where name.hasSuffix("_KEY") || name.hasSuffix("_PASSWORD"): secret
            default: nil
            }
        },
        readFile: { path, bytesMax in
            switch path {
            case "empty": .failure(.empty)
            case "folder": .failure(.notRegular)
            case "/run/huge": .failure(.tooLarge(bytesMax: bytesMax))
            case "cut.pem": .success(Array("-----BEGIN CERTIFICATE-----\nMIIB\n".utf8))
            case "with-newline": .success(Array("two\nlines\n".utf8))
            case "ca.pem", "/etc/weir/company-ca.pem", "/etc/weir/ca.pem", "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt":
                .success(Array("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".utf8))
            case "callers-with-mistakes.yaml":
                .success(Array("- { name: checkout, key: sk-in-the-clear }\n- name: other\n  models: [fsat]\n  kye: x\n".utf8))
            case "callers-no-list.yaml": .success(Array("checkout: { key: x }\n".utf8))
            case "callers-syntax.yaml": .success(Array("- name: [a\n".utf8))
            case "/etc/weir/callers.yaml":
                .success(Array("- { name: web, key: \"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\" }\n".utf8))
            case "/etc/weir/issuer.pem": .success(Array(publicKey.utf8))
            case "/usr/share/zoneinfo/Europe/Berlin": .success(zone)
            case "/etc/weir/keys/openai": .success(Array("\(secret)\n".utf8))
            default: .failure(.unreadable(reason: "No such file or directory"))
            }
        })

    /// A zone file that has nothing but its rule.
    private static let zone: [UInt8] = {
        let counts: [UInt8] = [UInt8](repeating: 0, count: 16) + [0, 0, 0, 1, 0, 0, 0, 4]
        let block = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts + [0, 0, 0x0E, 0x10, 0, 0] + Array("CET\0".utf8)
        return block + block + Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)
    }()

    private static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7OokVWrUgHUjt67E6BuMWj1maZ7v
        u+dsuqFfvkouLkWo3RwRhWj+Qs2RBA8TWu/cDnwdaEiM9e0eoalLb+PdKQ==
        -----END PUBLIC KEY-----
        """

    static func files(in folder: URL, withExtension ending: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".\(ending)") }.sorted()
    }

    static func bytes(of name: String, in folder: URL) throws -> [UInt8] {
        switch ConfigEnvironment.process.readFile(folder.appending(path: name).path, 1 << 20) {
        case .success(let bytes): bytes
        case .failure(.empty): []
        case .failure(let problem): throw problem
        }
    }

    /// Reads a configuration that is text in a test.
    static func read(_ text: String) throws(ConfigurationErrors) -> LoadedConfiguration {
        try Configuration.read(Array(text.utf8), file: "gateway.yaml", environment: environment)
    }
}
