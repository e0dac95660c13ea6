import HTTPWire
import Testing

@testable import CurlClient

@Suite("Who is at the other end of a connection")
struct NextHopTests {
    private func hop(_ url: String, by proxy: String? = nil) throws -> NextHop { try #require(NextHop(to: CurlEndpoint(url: url, proxy: proxy))) }

    @Test func `is the server, without a proxy`() throws {
        let hop = try hop("https://a.example:443/v1")

        #expect((hop.isTLS, hop.origin, hop.host, hop.tunnel) == (true, "https://a.example:443/", "a.example", nil))
        #expect(hop.target(before: "/chat") == "/v1")
        #expect(hop.proxyFields.isEmpty)
    }

    @Test(arguments: ["http://p.example:3128", "https://p.example", "socks5://p.example", "socks5h://p.example"])
    func `is the server at the end of a tunnel, over TLS`(_ proxy: String) throws {
        let hop = try hop("https://a.example/v1", by: proxy)

        #expect((hop.isTLS, hop.origin, hop.tunnel) == (true, "https://a.example/", proxy))
        #expect(hop.target(before: "/chat") == "/v1")
        #expect(hop.proxyFields.isEmpty)
        #expect(hop.looksUpBehindProxy == (proxy == "socks5://p.example"))
    }

    @Test(arguments: ["socks5://p.example", "socks5h://p.example"]) func `is the server by way of SOCKS`(_ proxy: String) throws {
        let hop = try hop("http://a.example", by: proxy)

        #expect((hop.isTLS, hop.origin, hop.tunnel) == (false, "http://a.example/", proxy))
        #expect(hop.target(before: "/chat") == "")
    }

    /// RFC 9112, section 3.2.2: such a proxy gets the whole URL, and the server's name in `host`.
    @Test(arguments: [
        ("http://p.example:3128", false, "http://p.example:3128/"), ("HTTP://p.example", false, "http://p.example:1080/"),
        ("https://p.example", true, "https://p.example:443/"), ("https://[::1]:8443/", true, "https://[::1]:8443/"),
    ])
    func `is the proxy, without TLS to the server`(_ proxy: String, _ isTLS: Bool, _ origin: String) throws {
        let hop = try hop("http://a.example:8080/v1", by: proxy)

        #expect((hop.isTLS, hop.origin, hop.host, hop.tunnel) == (isTLS, origin, "a.example:8080", nil))
        #expect(hop.target(before: "/chat") == "http://a.example:8080/v1")
        #expect(try self.hop("http://a.example", by: proxy).target(before: "?x") == "http://a.example/")
        #expect(hop.proxyFields.isEmpty)
    }

    /// RFC 7617, section 2.
    @Test(arguments: [("user:p%40ss", "dXNlcjpwQHNz"), ("user", "dXNlcjo="), (":secret", "OnNlY3JldA=="), ("us%E4r:p%E4ss", "dXPkcjpw5HNz")])
    func `is told the credentials of the proxy's URL`(_ credentials: String, _ encoded: String) throws {
        let hop = try hop("http://a.example", by: "http://\(credentials)@p.example:3128")

        #expect(hop.proxyFields == [HeaderField("proxy-authorization", "Basic \(encoded)")])
        #expect(hop.origin == "http://p.example:3128/")
    }

    /// libcurl would go straight to the server.
    @Test(arguments: ["http", "https", "socks5", "socks5h"], ["user:p%0Ass@p.example", "a%00b:c@p.example", "", "p@q@p.example"])
    func `is nobody for a proxy that libcurl cannot read`(_ scheme: String, _ rest: String) {
        for server in ["http://a.example", "https://a.example"] {
            for http2 in [false, true] {
                #expect(NextHop(to: CurlEndpoint(url: server, http2: http2, proxy: "\(scheme)://\(rest)")) == nil)
            }
        }
    }

    @Test(arguments: [false, true]) func `being nobody, gets no request`(_ http2: Bool) async throws {
        let loop = try ClientLoop()
        let server = try HTTP2Server()
        var endpoint = server.endpoint
        (endpoint.http2, endpoint.proxy) = (http2, "http://user:p%0Ass@127.0.0.1:1")

        let refused = await loop.fetch(CurlRequest(method: "GET", path: "/x"), to: endpoint)

        guard case .failure(.refusedRequest) = refused else {
            Issue.record("\(refused)")
            return
        }
        endpoint.proxy = nil
        #expect(try await loop.fetch(CurlRequest(method: "GET", path: "/x"), to: endpoint).get().head.status == 200)
        #expect(server.accepted == 1)
        await loop.stop()
    }

    @Test(arguments: ["ftp://a.example", "https://", "https://user@a.example", "https://a.example?x", "https://ä.example"])
    func `is nobody for what is no such URL`(_ url: String) { #expect(NextHop(to: CurlEndpoint(url: url)) == nil) }
}
