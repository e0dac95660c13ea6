import ArgumentParser
import Crypto
import GatewayConfig

struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an API key for a caller, and the line of the file that lets it in.",
        discussion: """
            The key itself is printed once and kept nowhere: give it to the caller. The file gets its hash alone.
            With --hash, reads an existing key from standard input and prints its hash line.
            """)

    @Flag(name: .customLong("hash"), help: "Read a key from standard input instead of making one.")
    var hashesInput = false

    @Option(help: "The caller's name for the line to paste.")
    var name = "my-app"

    func validate() throws {
        if let mistake = CallerConfig.mistake(inName: name) { throw ValidationError("--name \(mistake)") }
    }

    func run() throws {
        let key: String
        if hashesInput {
            if Host.isInputATerminal { Host.writeError("The key, then Enter: ") }
            guard let line = Host.readLine(), !line.isEmpty else {
                throw Refusal("No key on standard input. Try: printf %s \"$KEY\" | weir key --hash")
            }
            key = line
        } else {
            key = Host.randomKey
            print("key:  \(key)")
        }
        let digest = SHA256.hash(data: Array(key.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        print("line: - { name: \(name), key: \"sha256:\(digest)\" }")
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print what this binary is made of.")

    func run() { print(Build.line) }
}
