/// What Redis answers to one command.
package enum RedisReply: Equatable, Sendable {
    case null
    case integer(Int)
    /// A bulk string.
    case bytes([UInt8])
    /// A simple string, as "OK".
    case status(String)
    case list([RedisReply])
}

/// Why there is no reply.
package enum RedisFailure: Error, Equatable, Sendable {
    /// No connection, or the breaker keeps commands back. Nothing was sent.
    case unavailable
    /// The deadline passed. The command may still be carried out.
    case timedOut
    /// The connection ended before the reply. The command may have been carried out.
    case connectionLost
    /// Redis refused: the error's first word (`OOM`, `READONLY`, `NOAUTH`, `NOSCRIPT`, …). Nothing was carried out.
    case refused(code: String)
}

/// A Lua script. Redis keeps it under its SHA-1 digest; it is loaded when Redis does not know it.
package final class RedisScript: Sendable {
    package let source: String

    package init(_ source: String) {
        self.source = source
    }
}

/// A worker's way to Redis. Belongs to the worker; commands of one turn of its loop leave in one write.
///
/// Keys are given without the file's tag: `{weir}:` is put before each, so that a cluster keeps all of them on one node.
/// Every call ends within `redis.deadline`.
package protocol RedisPort: AnyObject {
    /// False while the breaker is open: every command would fail with `unavailable`.
    var isAvailable: Bool { get }
    /// Runs a script by its digest, and loads it on demand.
    ///
    func run(_ script: RedisScript, keys: [[UInt8]], arguments: [[UInt8]]) async throws(RedisFailure) -> RedisReply
    /// Sends one command, whose second word is its key.
    func send(_ command: [[UInt8]]) async throws(RedisFailure) -> RedisReply
}
