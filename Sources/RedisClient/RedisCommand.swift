/// The bytes of one command on the wire.
///
/// - SeeAlso: the Redis serialization protocol, "Sending commands to a Redis server"
enum RedisCommand {
    static func append(_ words: [[UInt8]], to bytes: inout [UInt8]) {
        appendCount(0x2a, words.count, to: &bytes)
        for word in words {
            appendCount(0x24, word.count, to: &bytes)
            bytes += word
            bytes += [0x0d, 0x0a]
        }
    }

    /// `*3\r\n` or `$5\r\n`.
    private static func appendCount(_ mark: UInt8, _ count: Int, to bytes: inout [UInt8]) {
        bytes.append(mark)
        bytes += String(count).utf8
        bytes += [0x0d, 0x0a]
    }
}

extension [[UInt8]] {
    /// A command of plain words.
    init(command: String...) { self = command.map { [UInt8]($0.utf8) } }
}
