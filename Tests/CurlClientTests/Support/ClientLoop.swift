import CurlClient
import Dispatch
import EventLoop
import HTTPWire
import JSONBytes
import MockProvider
import MonotonicClock
import Synchronization

/// A client on a loop of its own, and a mock provider to talk to.
final class ClientLoop: @unchecked Sendable {
    let mock: RunningMock
    let loop = EventLoop()
    private let ended = DispatchSemaphore(value: 0)
    /// Belongs to the loop's thread.
    private var client: CurlClient?

    init(idleTimeout: Duration = .seconds(120), pooledConnectionsMax: Int = 512) throws {
        mock = try RunningMock.start(idleTimeout: idleTimeout)
        DispatchQueue(label: "test.client").async { [loop, ended] in
            loop.run()
            ended.signal()
        }
        loop.execute { [self] in client = CurlClient(on: loop, pooledConnectionsMax: pooledConnectionsMax) }
    }

    func endpoint(host: String = "127.0.0.1", prefix: String = "/v1") -> CurlEndpoint { CurlEndpoint(url: "http://\(host):\(mock.port)\(prefix)") }

    /// Runs `body` as a task of the loop.
    func run<Value: Sendable>(_ body: @escaping @Sendable (CurlClient) async -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                loop.spawn { [self] in
                    guard let client else { preconditionFailure("the client was stopped") }
                    continuation.resume(returning: await body(client))
                }
            }
        }
    }

    /// Sends a request and reads its answer to the end.
    func fetch(_ request: CurlRequest, to endpoint: CurlEndpoint? = nil) async -> Result<Answer, CurlError> {
        let endpoint = endpoint ?? self.endpoint()
        return await run { await $0.fetch(request, to: endpoint) }
    }

    /// The same, and how long it took.
    func timedFetch(_ request: CurlRequest, to endpoint: CurlEndpoint? = nil) async -> (result: Result<Answer, CurlError>, time: Duration) {
        let endpoint = endpoint ?? self.endpoint()
        return await run { client in
            let start = Instant.now
            let result = await client.fetch(request, to: endpoint)
            return (result, start.duration(to: .now))
        }
    }

    /// A number of the mock's statistics.
    func mockCount(_ name: String) async -> Int {
        let endpoint = endpoint(prefix: "")
        return await run { await $0.mockCount(name, at: endpoint) }
    }

    /// Whether the mock's number gets this value within ten seconds: a machine may be busy with other tests.
    func mockCount(_ name: String, becomes value: Int) async -> Bool {
        let endpoint = endpoint(prefix: "")
        return await run { client in
            let start = Instant.now
            while start.duration(to: .now) < .seconds(10) {
                if await client.mockCount(name, at: endpoint) == value { return true }
                try? await Task.sleep(for: .milliseconds(10))
            }
            return await client.mockCount(name, at: endpoint) == value
        }
    }

    func stop() async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                client = nil
                continuation.resume()
            }
        }
        loop.stop()
        ended.wait()
        mock.stop()
    }
}

struct Answer: Sendable {
    var head: CurlHead
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension CurlClient {
    fileprivate func mockCount(_ name: String, at endpoint: CurlEndpoint) async -> Int {
        let answer = try? await fetch(CurlRequest(method: "GET", path: "/__mock/stats"), to: endpoint).get()
        return (try? JSONValue(parsing: answer?.body ?? []))?[name]?.int ?? -1
    }

    /// Returns once the mock at this endpoint has a request under way, or after ten seconds.
    func waitForOpenStream(at mock: CurlEndpoint) async {
        for _ in 0..<1000 where await mockCount("open_streams", at: mock) != 1 { try? await Task.sleep(for: .milliseconds(10)) }
    }

    func fetch(_ request: CurlRequest, to endpoint: CurlEndpoint) async -> Result<Answer, CurlError> {
        do throws(CurlError) {
            let transfer = try send(request, to: endpoint)
            let head = try await transfer.head()
            var body: [UInt8] = []
            while let piece = try await transfer.next() { body += piece }
            return .success(Answer(head: head, body: body))
        } catch {
            return .failure(error)
        }
    }
}

extension CurlRequest {
    static func chat(_ directives: String = "", body: String = "{\"model\":\"m\",\"messages\":[]}", stream: Bool = false) -> CurlRequest {
        let text = stream ? "{\"stream\":true," + body.dropFirst() : body
        return CurlRequest(
            method: "POST", path: "/chat/completions", headers: [HeaderField("content-type", "application/json"), HeaderField("x-mock", directives)],
            body: Array(text.utf8)
        )
    }
}
