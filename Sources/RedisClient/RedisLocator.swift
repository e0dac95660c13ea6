import Dispatch
import EventLoop
import GatewayCore
import MonotonicClock

/// Finds the server and makes connections that are ready for commands: named, authenticated, at the right database, of the right kind.
final class RedisLocator {
    private let settings: RedisSettings
    private let loop: EventLoop
    private let names = DispatchQueue(label: "weir.redis.names")
    /// Counts tries, so that each takes the next of several addresses.
    private var tries = 0
    /// The cluster's node that has our keys, as another node said; given up when it does not serve.
    private var redirected: RedisAddress?

    /// Redirections followed without a pause.
    private static let hopsMax = 3

    init(_ settings: RedisSettings, on loop: EventLoop) {
        self.settings = settings
        self.loop = loop
    }

    func redirect(_ address: RedisAddress?) { redirected = address }

    func connect() async throws(RedisTrouble) -> RedisConnection {
        tries += 1
        switch settings.source {
        case .server(let address):
            return try await greeted(address)
        case .sentinels(let addresses, let master, let username, let password):
            let sentinel = addresses[tries % addresses.count]
            return try await greeted(try await self.master(master, by: sentinel, username, password), mustBeMaster: true)
        case .cluster(let seed):
            return try await nodeWithOurKeys(seed)
        }
    }

    // MARK: - Cluster

    private func nodeWithOurKeys(_ seed: RedisAddress) async throws(RedisTrouble) -> RedisConnection {
        for _ in 0...Self.hopsMax {
            let address = redirected ?? seed
            redirected = nil
            let connection = try await greeted(address)
            let outcome = await connection.send(
                [Array("EXISTS".utf8), Array("{\(settings.keyTag)}:".utf8)], deadline: deadline)
            if case .success = outcome {
                if address != seed { redirected = address }
                return connection
            }
            connection.end(.moved)
            guard case .failure(.refused(let refusal)) = outcome else { throw .silent }
            guard refusal.code == "MOVED", let next = refusal.target(asked: connection.address) else { throw .refused(code: refusal.code) }
            redirected = next
        }
        redirected = nil
        throw .refused(code: "MOVED")
    }

    // MARK: - Sentinel

    /// - SeeAlso: "Guidelines for Redis clients with support for Redis Sentinel"
    private func master(
        _ name: String, by sentinel: RedisAddress, _ username: String?, _ password: String?
    ) async throws(RedisTrouble) -> RedisAddress {
        let connection = try await opened(sentinel)
        defer { connection.end(.retired) }
        try await authenticate(connection, username, password)
        let question = [[UInt8]](command: "SENTINEL", "get-master-addr-by-name", name)
        guard case .list(let items) = try await ask(connection, question), items.count == 2,
            case .bytes(let host) = items[0], case .bytes(let digits) = items[1], let port = Int(String(decoding: digits, as: UTF8.self)),
            (1...65535).contains(port)
        else { throw .masterUnknown }
        return .tcp(host: String(decoding: host, as: UTF8.self), port: port)
    }

    // MARK: - One server

    private func greeted(_ address: RedisAddress, mustBeMaster: Bool = false) async throws(RedisTrouble) -> RedisConnection {
        let connection = try await opened(address)
        do throws(RedisTrouble) {
            try await authenticate(connection, settings.username, settings.password)
            if settings.database != 0 { _ = try await ask(connection, [[UInt8]](command: "SELECT", String(settings.database))) }
            guard try await ask(connection, [[UInt8]](command: "PING")) == .status("PONG") else { throw .malformed }
            if mustBeMaster { try await checkRole(connection) }
        } catch {
            connection.end(error)
            throw error
        }
        return connection
    }

    private func authenticate(_ connection: RedisConnection, _ username: String?, _ password: String?) async throws(RedisTrouble) {
        guard let password else { return }
        let words = username.map { [$0, password] } ?? [password]
        _ = try await ask(connection, ([["AUTH"], words].joined()).map { Array($0.utf8) })
    }

    private func checkRole(_ connection: RedisConnection) async throws(RedisTrouble) {
        let reply = try await ask(connection, [[UInt8]](command: "ROLE"))
        guard case .list(let items) = reply, items.first == .bytes(Array("master".utf8)) else { throw .notMaster }
    }

    private var deadline: Instant { Instant.now.advanced(by: settings.connectTimeout) }

    private func ask(_ connection: RedisConnection, _ command: [[UInt8]]) async throws(RedisTrouble) -> RedisReply {
        switch await connection.send(command, deadline: deadline) {
        case .success(let reply): return reply
        case .failure(.refused(let refusal)): throw .refused(code: refusal.code)
        case .failure(.timedOut), .failure(.unavailable): throw connection.trouble ?? .connectTimedOut
        case .failure(.connectionLost): throw connection.trouble ?? .closed
        }
    }

    private func opened(_ address: RedisAddress) async throws(RedisTrouble) -> RedisConnection {
        let connection = RedisConnection(to: try await resolved(address), on: loop)
        try await connection.opened(within: settings.connectTimeout)
        return connection
    }

    /// The address with its host as a number. Asked anew for each connection, off the loop: DNS may take its time.
    private func resolved(_ address: RedisAddress) async throws(RedisTrouble) -> RedisAddress {
        guard case .tcp(let host, let port) = address, !NameResolver.isAddress(host) else { return address }
        let answer = Answer()
        names.async { [loop] in
            let found = NameResolver.addresses(of: host)
            loop.execute { answer.arrive(found) }
        }
        let found = await answer.addresses()
        guard !found.isEmpty else { throw .unresolvable(host: host) }
        return .tcp(host: found[tries % found.count], port: port)
    }

    /// What the resolver found. Belongs to the loop.
    private final class Answer: @unchecked Sendable {
        private var found: [String]?
        private let signal = LoopSignal()

        func arrive(_ found: [String]) {
            self.found = found
            signal.signal()
        }

        func addresses() async -> [String] {
            while true {
                if let found { return found }
                await signal.wait()
            }
        }
    }
}
