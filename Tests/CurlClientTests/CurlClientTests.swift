import CurlClient
import EventLoop
import HTTPWire
import JSONBytes
import Testing

@Suite("The upstream client", .serialized)
struct CurlClientTests {
    @Test func `sends a request as it is told and hands back the answer`() async throws {
        let loop = try ClientLoop()
        let request = CurlRequest(
            method: "POST", path: "/files?x=%20y",
            headers: [HeaderField("content-type", "application/json"), HeaderField("authorization", "Bearer k"), HeaderField("x-mock", "echo")],
            body: Array("{\"a\": 1}".utf8))

        let answer = try await loop.fetch(request).get()

        #expect(answer.head.status == 200)
        #expect(answer.head.fields.first { $0.name == "content-type" }?.value == "application/json")
        let echo = try JSONValue(parsing: answer.body)
        #expect(echo["target"]?.string == "/v1/files?x=%20y")
        #expect(echo["body"]?.string == "{\"a\": 1}")
        let names = echo["headers"]?.array?.compactMap { $0[0]?.string } ?? []
        #expect(names.sorted() == ["authorization", "content-length", "content-type", "host", "x-mock"], "nothing is added that was not asked for")
        await loop.stop()
    }

    @Test func `uses one connection and one handle for one request after another, whatever their methods`() async throws {
        let loop = try ClientLoop()

        for method in ["GET", "POST", "HEAD", "DELETE", "PUT", "POST", "PATCH", "GET", "OPTIONS", "DELETE", "HEAD", "GET"] {
            let isPost = ["POST", "PUT", "PATCH"].contains(method)
            let request = CurlRequest(
                method: method, path: "/x", headers: [HeaderField("x-mock", "echo")], body: isPost ? Array("body of \(method)".utf8) : [])
            let answer = try await loop.fetch(request).get()
            guard method != "HEAD" else {
                #expect(answer.body.isEmpty)
                continue
            }
            let echo = try JSONValue(parsing: answer.body)
            #expect(echo["method"]?.string == method)
            #expect(echo["body"]?.string == (isPost ? "body of \(method)" : ""))
        }

        #expect(await loop.mockCount("open_connections") == 1)
        await loop.stop()
    }

    @Test func `sends a body with the request that it belongs to and with no later one`() async throws {
        let loop = try ClientLoop()

        for method in ["GET", "DELETE", "OPTIONS", "POST"] {
            for body in ["", "of somebody else", "", ""] {
                let request = CurlRequest(method: method, path: "/x", headers: [HeaderField("x-mock", "echo")], body: Array(body.utf8))
                let echo = try JSONValue(parsing: try await loop.fetch(request).get().body)
                #expect(echo["method"]?.string == method)
                #expect(echo["body"]?.string == body)
            }
        }

        #expect(await loop.mockCount("open_connections") == 1)
        await loop.stop()
    }

    @Test func `sends an empty body, and does not wait for 100 Continue before a large one`() async throws {
        let loop = try ClientLoop()
        let empty = try await loop.fetch(CurlRequest(method: "POST", path: "/x", headers: [HeaderField("x-mock", "echo")])).get()
        let seen = try JSONValue(parsing: empty.body)
        #expect(seen["body"]?.string == "")
        #expect(seen["headers"]?.array?.contains { $0[0]?.string == "content-type" } == false, "libcurl would call it a form")

        let body = [UInt8](repeating: 0x61, count: 2 << 20)
        let large = try await loop.fetch(CurlRequest(method: "POST", path: "/x", headers: [HeaderField("x-mock", "echo")], body: body)).get()

        let echo = try JSONValue(parsing: large.body, limits: JSONLimits(stringBytesMax: 16 << 20))
        #expect(echo["body"]?.string?.utf8.count == body.count)
        #expect(echo["headers"]?.array?.contains { $0[0]?.string == "expect" } == false)
        await loop.stop()
    }

    @Test func `carries a large body both ways at once over a pooled connection that has died`() async throws {
        let loop = try ClientLoop(idleTimeout: .milliseconds(200))
        _ = try await loop.fetch(.chat()).get()
        #expect(await loop.mockCount("open_connections") == 1)
        try await Task.sleep(for: .milliseconds(500))

        let body = [UInt8](repeating: 0x61, count: 2 << 20)
        let answer = try await loop.fetch(CurlRequest(method: "POST", path: "/x", headers: [HeaderField("x-mock", "echo")], body: body)).get()

        #expect(answer.body.count > body.count)
        await loop.stop()
    }

    @Test func `streams an answer piece by piece`() async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()

        let pieces = await loop.run { client in
            var pieces: [Int] = []
            guard let transfer = try? client.send(.chat("chunks=5,interval=100ms", stream: true), to: endpoint) else { return pieces }
            while let bytes = try? await transfer.next() { pieces.append(bytes.count) }
            return pieces
        }

        #expect(pieces.count >= 2)
        await loop.stop()
    }

    @Test func `reads no faster than it is pulled`() async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()
        let size = 8 << 20

        let result = await loop.run { client -> (total: Int, largest: Int) in
            guard let transfer = try? client.send(.chat("size=\(size)"), to: endpoint) else { return (0, 0) }
            var (total, largest) = (0, 0)
            while let bytes = try? await transfer.next() {
                total += bytes.count
                largest = max(largest, bytes.count)
                if total < 4 << 20 { try? await Task.sleep(for: .milliseconds(5)) }
            }
            return (total, largest)
        }

        #expect(result.total > size)
        #expect(result.largest <= 160 << 10, "what waits for a slow puller is bounded")
        await loop.stop()
    }

    @Test func `takes heads of interim answers, sixteen of them at most`() async throws {
        let loop = try ClientLoop()

        #expect(try await loop.fetch(.chat("interim=16")).get().head.status == 200)
        #expect(await loop.fetch(.chat("interim=17")).error == .tooManyInterimAnswers)
        #expect(await loop.fetch(.chat("switch")).error == .unaskedUpgrade)
        #expect(try await loop.fetch(.chat()).get().head.status == 200)
        await loop.stop()
    }

    @Test func `refuses a head that is too large, and what is no HTTP`() async throws {
        let loop = try ClientLoop()

        #expect(await loop.fetch(.chat("big-header=70000")).error == .headTooLarge)
        guard case .malformed? = await loop.fetch(.chat("garbage")).error else {
            Issue.record("garbage was taken for HTTP")
            return
        }
        await loop.stop()
    }

    @Test func `tells a cut answer from a connection that closed before it`() async throws {
        let loop = try ClientLoop()

        for directives in ["cut-after=30", "cut-after=30,reset"] {
            guard case .cut? = await loop.fetch(.chat(directives)).error else {
                Issue.record("\(directives) was not seen as cut")
                continue
            }
        }
        guard case .cut? = await loop.fetch(.chat("cut-after=300", stream: true)).error else {
            Issue.record("a cut stream was not seen as cut")
            return
        }
        for directives in ["cut-before-head", "reset"] {
            guard case .closedBeforeAnswer? = await loop.fetch(.chat(directives)).error else {
                Issue.record("\(directives) was not seen as closed before the answer")
                continue
            }
        }
        await loop.stop()
    }

    @Test func `sends a request once, however many pooled connections end instead of answering`() async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()
        let pooled = await loop.run { client -> Int in
            let transfers = (0..<8).compactMap { _ in try? client.send(.chat("delay=100ms"), to: endpoint) }
            for transfer in transfers { while (try? await transfer.next()) != nil {} }
            return transfers.count
        }

        let lost = await loop.fetch(.chat("cut-before-head"))
        #expect(lost.error == .pooledConnectionEnded)
        #expect(await loop.mockCount("requests") == pooled + 1)

        var fresh = CurlRequest.chat("cut-before-head")
        fresh.isOnFreshConnection = true
        guard case .closedBeforeAnswer? = await loop.fetch(fresh).error else {
            Issue.record("a pooled connection was used")
            return
        }
        #expect(await loop.mockCount("requests") == pooled + 2)
        await loop.stop()
    }

    @Test func `hands out what came before a cut`() async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()

        let (count, error) = await loop.run { client -> (Int, CurlError?) in
            var count = 0
            do throws(CurlError) {
                let transfer = try client.send(.chat("cut-after=300", stream: true), to: endpoint)
                while let bytes = try await transfer.next() { count += bytes.count }
                return (count, nil)
            } catch {
                return (count, error)
            }
        }

        #expect(count == 300)
        #expect(error != nil)
        await loop.stop()
    }

    @Test func `does not inflate, and does not follow redirects`() async throws {
        let loop = try ClientLoop()

        #expect(try await loop.fetch(.chat("gzip")).get().body.starts(with: [0x1f, 0x8b]))
        #expect(try await loop.fetch(.chat("redirect")).get().head.status == 302)
        await loop.stop()
    }

    @Test func `drops hop-by-hop fields and those that connection names`() async throws {
        let loop = try ClientLoop()

        let answer = try await loop.fetch(.chat("close,drip=100")).get()

        #expect(!answer.head.fields.contains { ["connection", "transfer-encoding", "keep-alive"].contains($0.name) })
        await loop.stop()
    }
}

extension Result {
    var error: Failure? { if case .failure(let error) = self { error } else { nil } }
}
