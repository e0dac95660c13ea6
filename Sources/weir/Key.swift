import ArgumentParser
import Crypto
import GatewayConfig

struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an API key for a caller, and the line of the file that lets it in.",
        discussion: """
            The key itself is printed once and kept nowhere: give it to the caller. The file gets its hash alone.
            The line goes into callers of the file, or into a file of its own that it names: callers: "${file:callers.yaml}".
            With --hash, reads an existing key from standard input and prints its hash line.
            """)

    @Flag(name: .customLong("hash"), help: "Read a key from standard input instead of making one.")
    var hashesInput = false

    @Option(help: "The caller's name for the line to paste.")
    var name = "my-app"

    @Option(help: "The day or time from which the key is refused, such as 2027-01-31 or 2027-01-31T18:00:00Z.")
    var expires: String?

    func validate() throws {
        if let expires, TimestampText.seconds(expires) == nil {
            throw ValidationError("--expires must be a day or a time such as 2027-01-31 or 2027-01-31T18:00:00Z")
        }
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
        let end = expires.map { ", expires: \($0)" } ?? ""
        print("line: - { name: \(name), key: \"sha256:\(digest)\"\(end) }")
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print what this binary is made of.")

    func run() { print(Build.line) }
}
