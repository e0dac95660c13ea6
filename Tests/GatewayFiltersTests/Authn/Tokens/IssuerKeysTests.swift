import Crypto
import GatewayCore
import MonotonicClock
import Synchronization
import Testing
import WebTokens

@testable import GatewayFilters
import HTTPWire

@Suite("An issuer's keys")
struct IssuerKeysTests {
    private static let algorithms = TokenAlgorithm.allCases.filter { $0 != .hs256 }
    private static let start = Instant.now

    /// What the issuer publishes, and how often it was asked. For one worker.
    private final class Publisher {
        var jwks: String
        var error: GatewayError?
        var status = 200

        init(_ jwks: String) { self.jwks = jwks }

        func answer() throws(GatewayError) -> FakeAnswer {
            if let error { throw error }
            return FakeAnswer(status: status, body: jwks)
        }
    }

    private final class News: Sendable {
        let list = Mutex<[KeySetNews]>([])
        func add(_ news: KeySetNews) { list.withLock { $0.append(news) } }
    }

    private static func set(_ kid: String, _ key: [UInt8] = Array(Mint.p256.publicKey.x963Representation)) -> String {
        #"{"keys":[\#(Mint.ec(kid, "P-256", key))]}"#
    }

    private static func token(_ kid: String) -> String { Mint.token(header: #"{"alg":"ES256","kid":"\#(kid)"}"#, .es256) }

    /// A gateway with one issuer, on one worker.
    private struct Scene {
        let worker: FakeWorker
        let publisher: Publisher
        let issuer: TokenIssuer
        let directory: CallerDirectory
        let news: News

        init(_ worker: FakeWorker, jwks: String, bearer: (@Sendable () -> Result<[UInt8], KeySetFetcher.Failure>)? = nil) throws {
            let publisher = Publisher(jwks)
            let news = News()
            worker.provider = { _, _ throws(GatewayError) in try publisher.answer() }
            let fetcher = KeySetFetcher(
                issuer: "login", endpoint: UpstreamEndpoint(provider: "login", url: "https://login.example.com"), path: "/jwks?x=1",
                algorithms: IssuerKeysTests.algorithms, refresh: .seconds(300), cooldown: .seconds(30), bearer: bearer, report: { news.add($0) })
            issuer = try .sample(keys: IssuerKeys(fetcher))
            directory = CallerDirectory([], tokens: TokenTable([issuer]))
            (self.worker, self.publisher, self.news) = (worker, publisher, news)
        }

        func identity(_ kid: String) async -> Identity {
            await directory.identify(.sample(on: worker, headers: [("x-api-key", IssuerKeysTests.token(kid))]))
        }

        /// Lets a fetch that began end.
        func settle() async {
            await until { !issuer.keys.isFetching }
        }
    }

    @Test func `are fetched for the first token, and not again for the next`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))

            #expect(await scene.identity("one").caller?.name == "login/alice")
            #expect(await scene.identity("one").caller?.name == "login/alice")

            #expect(worker.sent.map(\.path) == ["/jwks?x=1"])
            #expect(worker.sent.map(\.method) == ["GET"])
            #expect(worker.sent.first?.headers.first("authorization") == nil)
        }
    }

    @Test func `are fetched when there is time, and again when their time has come`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))
            for (seconds, count) in [(0, 1), (1, 1), (298, 1), (1, 2), (299, 2), (1, 3)] {
                worker.advance(by: .seconds(seconds))
                scene.issuer.keys.refreshIfDue(on: worker)
                await scene.settle()
                #expect(worker.sent.count == count)
            }
        }
    }

    @Test func `that are not known are asked for once in each cool-down, however many ask`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))
            scene.issuer.keys.refreshIfDue(on: worker)
            await scene.settle()
            for number in 0..<100 { #expect(await scene.identity("made-up-\(number)").error == .tokenRefused(.keyUnknown)) }
            #expect(worker.sent.count == 2)

            worker.advance(by: .seconds(30))
            for number in 0..<100 { #expect(await scene.identity("made-up-\(number)").error == .tokenRefused(.keyUnknown)) }
            #expect(worker.sent.count == 3)
        }
    }

    @Test func `that are new are known as soon as a token has one`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))
            #expect(await scene.identity("one").caller != nil)

            scene.publisher.jwks = Self.set("two")

            #expect(await scene.identity("two").caller != nil)
            #expect(await scene.identity("one").error == .tokenRefused(.keyUnknown), "a key that was withdrawn")
        }
    }

    @Test func `that were withdrawn take the tokens along that were checked with them`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))
            #expect(await scene.identity("one").caller != nil)

            scene.publisher.jwks = Self.set("one", Array(Mint.strangerP256.publicKey.x963Representation))
            worker.advance(by: .seconds(300))
            scene.issuer.keys.refreshIfDue(on: worker)
            await scene.settle()

            #expect(await scene.identity("one").error == .tokenRefused(.signatureWrong))
        }
    }

    @Test(arguments: ["down", "status", "empty", "html", "huge", "nothing"])
    func `are kept through whatever happens to their server`(trouble: String) async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))
            #expect(await scene.identity("one").caller != nil)
            switch trouble {
            case "down": scene.publisher.error = .upstreamUnreachable(provider: "login")
            case "status": scene.publisher.status = 302
            case "html": scene.publisher.jwks = "<html>"
            case "huge": scene.publisher.jwks = String(repeating: " ", count: KeySetFetcher.bytesMax + 1)
            case "nothing": scene.publisher.jwks = #"{"keys":[]}"#
            default: scene.publisher.jwks = ""
            }

            for _ in 0..<20 {
                worker.advance(by: .seconds(3600))
                scene.issuer.keys.refreshIfDue(on: worker)
                await scene.settle()
                #expect(await scene.identity("one").caller != nil)
            }

            let snapshot = scene.issuer.keys.snapshot(now: worker.now)
            #expect(snapshot.failuresInRow == 20 && snapshot.lastFailure != nil && snapshot.keyCount == 1)
            #expect(scene.news.list.withLock(\.count) == 1, "one line for each change")
            scene.publisher.error = nil
            scene.publisher.status = 200
            scene.publisher.jwks = Self.set("two")
            #expect(await scene.identity("two").caller != nil)
            #expect(scene.news.list.withLock { $0.last } == .back(issuer: "login"))
        }
    }

    @Test func `that were never had are the gateway's trouble and not the caller's`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: "")
            scene.publisher.error = .upstreamUnreachable(provider: "login")
            for _ in 0..<50 { #expect(await scene.identity("one").error == .issuerUnreachable(issuer: "login")) }
            #expect(worker.sent.count == 1)

            scene.publisher.error = nil
            scene.publisher.jwks = Self.set("one")
            worker.advance(by: .seconds(1))

            #expect(await scene.identity("one").caller != nil)
        }
    }

    @Test func `are asked for by a server in trouble less and less often`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: "")
            var gaps: [Int] = []
            var last = 0
            for second in 0..<120 {
                scene.issuer.keys.refreshIfDue(on: worker)
                await scene.settle()
                if worker.sent.count > gaps.count {
                    gaps.append(second - last)
                    last = second
                }
                worker.advance(by: .seconds(1))
            }
            #expect(gaps == [0, 1, 2, 4, 8, 16, 30, 30])
        }
    }

    @Test func `are fetched with a token that is read for each fetch`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let count = Tally()
            let scene = try Scene(worker, jwks: Self.set("one")) { .success(Array("token-\(count.add())\n".utf8)) }
            for _ in 0..<2 {
                scene.issuer.keys.refreshIfDue(on: worker)
                await scene.settle()
                worker.advance(by: .seconds(300))
            }
            #expect(worker.sent.map { $0.headers.first("authorization") } == ["Bearer token-1", "Bearer token-2"])
        }
    }

    @Test func `are not waited for by a client that has gone`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))
            let valve = Valve()
            worker.provider = { _, _ throws(GatewayError) in
                await valve.pass()
                return FakeAnswer(body: Self.set("one"))
            }
            let exchange = Exchange.sample(on: worker, headers: [("x-api-key", Self.token("one"))])
            worker.spawn { [exchange = OnOneWorker(value: exchange)] in
                await until { valve.waitingCount > 0 }
                exchange.value.cancellation.cancel(.clientGone)
            }

            #expect(await scene.directory.identify(exchange).error == .clientGone)
            valve.open()
            await scene.settle()
            #expect(await scene.identity("one").caller != nil, "the fetch went on for the others")
        }
    }

    @Test func `of a token for somebody else are never asked for`() async throws {
        try await FakeThread().run(now: Self.start) { worker in
            let scene = try Scene(worker, jwks: Self.set("one"))
            for changes in [[("aud", "\"other\"")], [("exp", "1")], [("iss", "\"https://evil.example\"")]] {
                let exchange = Exchange.sample(on: worker, headers: [("x-api-key", Mint.token(changes.map { ($0.0, Optional($0.1)) }))])
                #expect(await scene.directory.identify(exchange).caller == nil)
            }
            #expect(worker.sent.isEmpty)
        }
    }
}
