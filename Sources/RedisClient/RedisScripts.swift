import Crypto
import GatewayCore

/// What Redis calls the scripts that were run, and when their text was last sent. Belongs to one client.
struct RedisScripts {
    final class Entry {
        /// Kept, so that no other script gets its identity.
        private let script: RedisScript
        /// SHA-1 in hexadecimal: what EVALSHA wants.
        let digest: [UInt8]
        let source: [UInt8]
        /// The number of the command that carried the text last; 0 for none.
        var loadedBy = 0

        init(_ script: RedisScript) {
            self.script = script
            source = Array(script.source.utf8)
            let digits = Array("0123456789abcdef".utf8)
            digest = Insecure.SHA1.hash(data: source).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        }
    }

    /// Scripts are few; should somebody make them up, the memory stays bounded.
    static let keptMax = 64
    private var entries: [ObjectIdentifier: Entry] = [:]

    mutating func entry(_ script: RedisScript) -> Entry {
        if let known = entries[ObjectIdentifier(script)] { return known }
        if entries.count >= Self.keptMax { entries = [:] }
        let made = Entry(script)
        entries[ObjectIdentifier(script)] = made
        return made
    }
}
