import GatewayConfig
import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A file's providers and models")
struct UpstreamCatalogTests {
    private let file = """
        version: 1
        providers:
          alpha:
            dialect: openai
            url: http://alpha.example:8000/v1
            key: provider-key
            headers: { openai-organization: org }
            limits: { response_body: 1MiB }
          demo: { dialect: openai, url: "demo:" }
        models:
          fast:
            targets:
              - { provider: alpha, model: gpt, weight: 3, price: { input: 1, output: 2 } }
              - { provider: demo, weight: 1 }
          spare: { targets: [{ provider: demo }] }
        routes:
          - name: chat
            match: { path: /v1/chat/completions, model: "*" }
            authn: { anonymous: true }
            transform:
              request: { set: { temperature: 0.2 }, clamp: { max_tokens: 100 }, system: { prepend: Be brief. } }
              headers: { pass: [x-team] }
            upstream:
              provider: alpha
              retry: { attempts: 1, on: [5xx] }
            fallback:
              - { on: [5xx], to: spare }
              - { on: any, to: { provider: alpha, model: last, price: { input: 0.5, output: 4, web_search: 10000 } } }
              - { on: any, answer: { status: 503, message: Resting. } }
        """

    private func load() throws -> (configuration: Configuration, catalog: UpstreamCatalog) {
        let configuration = try Configuration.read(Array(file.utf8), file: "gateway.yaml").configuration
        return (configuration, UpstreamCatalog(configuration, states: TargetStateTable(), demoURL: "http://127.0.0.1:9/v1"))
    }

    @Test func `become targets in their order`() throws {
        let (configuration, catalog) = try load()

        #expect(catalog.models["fast"]?.targets.map(\.name) == ["alpha/gpt", "demo/fast"])
        #expect(catalog.models["fast"]?.targets.map(\.weight) == [3, 1])
        #expect(catalog.providers["demo"]?.endpoint.url == "http://127.0.0.1:9/v1")
        #expect(catalog.providers["alpha"]?.endpoint.url == "http://alpha.example:8000/v1")
        #expect(Set(catalog.targets(of: configuration).map(\.name)) == ["alpha/gpt", "demo/fast", "demo/spare", "alpha/*", "alpha/last"])
    }

    @Test func `serve a request as the route says`() async throws {
        let (configuration, catalog) = try load()
        let filter = try catalog.filter(for: try #require(configuration.routes.first))
        let worker = FakeWorker(["alpha": [{ .good }], "demo": [{ .good }]])
        let body = #"{"model":"fast","messages":[],"max_tokens":500}"#
        let exchange = try Exchange.read(body, on: worker, headers: [("x-team", "shop"), ("authorization", "Bearer client")])

        _ = try await filter.handle(exchange)

        let sent = try #require(worker.sent.first)
        #expect(
            String(decoding: sent.body, as: UTF8.self)
                == #"{"model":"gpt","messages":[{"role":"system","content":"Be brief."}],"max_tokens":100,"temperature":0.2}"#)
        #expect(sent.headers.first("authorization") == "Bearer provider-key")
        #expect(sent.headers.first("openai-organization") == "org")
        #expect(sent.headers.first("x-team") == "shop")
        #expect(sent.endpoint.limits.responseBodyBytes == 1 << 20)
    }

    @Test func `fall back as the route says`() async throws {
        let (configuration, catalog) = try load()
        let filter = try catalog.filter(for: try #require(configuration.routes.first))
        let worker = FakeWorker(["alpha": [{ .failed(500) }], "demo": [{ .failed(500) }]])
        let exchange = try Exchange.read(on: worker)

        await #expect(throws: GatewayError.staticAnswer(status: 503, message: "Resting.")) { _ = try await filter.handle(exchange) }

        #expect(exchange.record.fallbacks == ["spare", "alpha/last", "answer"])
        #expect(worker.sent.allSatisfy { $0.timeouts.total <= .seconds(600) })
    }

    @Test func `have a price that no request for a model exceeds, fallbacks included`() throws {
        let (configuration, catalog) = try load()
        let route = try #require(configuration.routes.first)

        let ceiling = Price(PriceRates(input: 1_000_000, output: 4_000_000), webSearch: 10_000_000_000)
        #expect(catalog.priceCeiling(of: "fast", on: route) == ceiling)
        #expect(catalog.models["fast"]?.targets.map(\.price) == [Price(input: 1_000_000, output: 2_000_000), nil])
    }
}
