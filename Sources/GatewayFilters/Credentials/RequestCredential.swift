package import GatewayCore
package import HTTPWire
package import MonotonicClock

/// What a request to a cloud has to carry so that the cloud believes it. Shared by all workers, and kept over reloads.
package protocol RequestCredential: AnyObject, Sendable {
    /// The header fields for one request.
    ///
    /// - Throws: when no credential can be had: `upstreamFailed` with a credential problem where it was refused, or what befell the fetch.
    func headers(
        for request: UpstreamRequest, on worker: any WorkerServices, cancellation: Cancellation
    ) async throws(GatewayError) -> [HeaderField]

    /// The provider refused it.
    func doubt(now: Instant)
}

/// A bearer token that is fetched and refreshed.
final class BearerCredential: RequestCredential {
    private let token: RefreshedValue<String>

    init(
        of provider: String, margin: Duration, report: @escaping @Sendable (CredentialNews) -> Void,
        fetch: @escaping RefreshedValue<String>.Fetch
    ) {
        token = RefreshedValue(of: provider, margin: margin, report: report, fetch: fetch)
    }

    func headers(
        for request: UpstreamRequest, on worker: any WorkerServices, cancellation: Cancellation
    ) async throws(GatewayError) -> [HeaderField] {
        [HeaderField("authorization", "Bearer " + (try await token.value(on: worker, cancellation: cancellation)))]
    }

    func doubt(now: Instant) { token.doubt(now: now) }
}

/// AWS keys that sign each request.
final class AWSCredential: RequestCredential {
    private enum Keys {
        case fixed(AWSSigningKeys)
        case refreshed(RefreshedValue<AWSSigningKeys>)
    }

    /// AWS's own clients refresh 15 minutes before the end.
    private static let margin = Duration.seconds(900)

    private let keys: Keys
    private let region: String

    init(_ keys: AWSSigningKeys, region: String) {
        self.keys = .fixed(keys)
        self.region = region
    }

    init(
        of provider: String, region: String, report: @escaping @Sendable (CredentialNews) -> Void,
        fetch: @escaping RefreshedValue<AWSSigningKeys>.Fetch
    ) {
        keys = .refreshed(RefreshedValue(of: provider, margin: Self.margin, report: report, fetch: fetch))
        self.region = region
    }

    func headers(
        for request: UpstreamRequest, on worker: any WorkerServices, cancellation: Cancellation
    ) async throws(GatewayError) -> [HeaderField] {
        let keys: AWSSigningKeys =
            switch self.keys {
            case .fixed(let keys): keys
            case .refreshed(let source): try await source.value(on: worker, cancellation: cancellation)
            }
        return AWSSignature(keys: keys, region: region, service: "bedrock").headers(for: request, now: worker.secondsSince1970)
    }

    func doubt(now: Instant) {
        if case .refreshed(let source) = keys { source.doubt(now: now) }
    }
}
