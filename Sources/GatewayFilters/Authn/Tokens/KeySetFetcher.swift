import Dispatch
package import GatewayCore
import JSONBytes
package import WebTokens
import HTTPWire

/// Fetches an issuer's keys.
package struct KeySetFetcher: Sendable {
    struct Fetched: Sendable {
        let set: TokenKeySet
        /// What the set was made of.
        let text: [UInt8]
    }

    /// Why there are no new keys, in words for the operator.
    package struct Failure: Error, Sendable {
        let reason: String
    }

    /// Bytes of a set of keys.
    package static let bytesMax = 512 << 10
    private static let timeouts = UpstreamTimeouts(
        connect: .seconds(2), firstByte: .seconds(5), firstToken: .seconds(5), idle: .seconds(5), total: .seconds(8))

    /// The name from the file.
    let issuer: String
    let endpoint: UpstreamEndpoint
    private let path: String
    private let algorithms: [TokenAlgorithm]
    private let refresh: Duration
    let cooldown: Duration
    private let bearer: (@Sendable () -> Result<[UInt8], Failure>)?
    let report: @Sendable (KeySetNews) -> Void

    /// - Parameters:
    ///   - refresh: between two fetches that go well.
    ///   - cooldown: at least so long between two fetches because of keys that are not known, and at most so long between two that fail.
    ///   - bearer: reads the token that is sent along; called on a thread that may wait.
    ///   - report: is called on whatever worker found out.
    package init(
        issuer: String, endpoint: UpstreamEndpoint, path: String, algorithms: [TokenAlgorithm], refresh: Duration, cooldown: Duration,
        bearer: (@Sendable () -> Result<[UInt8], Failure>)? = nil, report: @escaping @Sendable (KeySetNews) -> Void
    ) {
        self.issuer = issuer
        self.endpoint = endpoint
        self.path = path
        self.algorithms = algorithms
        self.refresh = refresh
        self.cooldown = cooldown
        self.bearer = bearer
        self.report = report
    }

    /// How long after an attempt comes the next: doubled from a second on for each failure.
    func pause(afterFailures failures: Int) -> Duration {
        failures == 0 ? refresh : min(refresh, max(.seconds(1), cooldown), .seconds(1 << min(failures - 1, 12)))
    }

    func fetch(on worker: any WorkerServices) async -> Result<Fetched, Failure> {
        do throws(Failure) {
            let text = try await text(on: worker)
            // Off the worker: a large set takes milliseconds.
            return await aside { [algorithms] in
                do throws(TokenKeySet.Problem) { return .success(Fetched(set: try TokenKeySet(jwks: text, for: algorithms), text: text)) } catch {
                    return .failure(Failure(reason: "the set of keys \(error.message)"))
                }
            }
        } catch {
            return .failure(error)
        }
    }

    private func text(on worker: any WorkerServices) async throws(Failure) -> [UInt8] {
        var headers = [HeaderField("accept", "application/jwk-set+json, application/json"), HeaderField("user-agent", "weir")]
        if let bearer { headers.append(HeaderField("authorization", "Bearer " + (try await token(bearer)))) }
        let request = UpstreamRequest(endpoint: endpoint, method: "GET", path: path, headers: headers, body: [], timeouts: Self.timeouts)
        do throws(GatewayError) {
            let answer = try await worker.send(request, cancellation: Cancellation())
            guard answer.head.status == 200 else {
                answer.cancel()
                throw GatewayError.upstreamBroken(provider: issuer, reason: "status \(answer.head.status)")
            }
            var body: [UInt8] = []
            while let bytes = try await answer.next() {
                guard body.count + bytes.count <= Self.bytesMax else {
                    answer.cancel()
                    throw GatewayError.upstreamBroken(provider: issuer, reason: "more than \(Self.bytesMax) bytes")
                }
                body += bytes
            }
            return body
        } catch {
            throw Failure(reason: Self.words(error))
        }
    }

    /// A token in a file is replaced while the gateway runs, so it is read for each fetch.
    private func token(_ bearer: @escaping @Sendable () -> Result<[UInt8], Failure>) async throws(Failure) -> String {
        let bytes = try await aside(bearer).get()
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard text.count == 1, let token = text.first, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Failure(reason: "the token_file holds no token")
        }
        return String(token)
    }

    /// Runs `work` on a thread that may wait.
    private func aside<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { continuation.resume(returning: work()) }
        }
    }

    private static func words(_ error: GatewayError) -> String {
        switch error {
        case .upstreamUnreachable: "the server could not be reached"
        case .upstreamTimedOut(_, let phase, let milliseconds): "the server ran out of time (\(phase.rawValue), \(milliseconds) ms)"
        case .upstreamBroken(_, let reason): "the server's answer cannot be used: \(reason)"
        case .upstreamCut, .upstreamConnectionLost: "the server closed its connection"
        default: error.kind.rawValue
        }
    }
}

extension KeySetFetcher.Failure {
    package init(_ reason: String) { self.init(reason: reason) }
}
