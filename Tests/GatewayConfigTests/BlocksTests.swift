import GatewayConfig
import GatewayCore
import JSONBytes
import Testing

@Suite("A block")
struct BlocksTests {
    @Test(arguments: [
        ("60 requests per minute", QuotaAllowance.requests(60, window: .seconds(60))),
        ("1 request per second", .requests(1, window: .seconds(1))),
        ("10k requests per day", .requests(10_000, window: .seconds(86_400))),
        ("2M requests per hour", .requests(2_000_000, window: .seconds(3600))),
        ("5 requests per 10s", .requests(5, window: .seconds(10))),
        ("20 at once", .atOnce(20)),
        ("100k tokens per day", .tokens(100_000, window: .seconds(86_400))),
        ("5 input tokens per week", QuotaAllowance(.tokens(.inputOnly), 5, .sliding(.seconds(604_800)))),
        ("2M output tokens per hour", QuotaAllowance(.tokens(.outputOnly), 2_000_000, .sliding(.seconds(3600)))),
        ("50 USD per month", QuotaAllowance(.money, 50_000_000_000, .calendar(CalendarWindow(unit: .month)))),
        ("0.25 USD per hour", QuotaAllowance(.money, 250_000_000, .sliding(.seconds(3600)))),
        ("1k USD per year", QuotaAllowance(.money, 1_000_000_000_000, .calendar(CalendarWindow(unit: .year)))),
        ("7 requests per calendar day", QuotaAllowance(.requests, 7, .calendar(CalendarWindow(unit: .day)))),
        ("60 requests per minute, window: fixed", QuotaAllowance(.requests, 60, .fixed(.seconds(60)))),
        ("60 requests per minute, burst: 20", QuotaAllowance(.requests, 60, .bucket(burst: 20, refill: .seconds(60)))),
        ("1 USD per hour, burst: 2", QuotaAllowance(.money, 1_000_000_000, .bucket(burst: 2_000_000_000, refill: .seconds(3600)))),
        (
            "9 weighted tokens per hour, weights: { output: 5, cached_input: 0.1 }",
            QuotaAllowance(.tokens(QuotaWeights(input: 1000, output: 5000, cachedInput: 100)), 9, .sliding(.seconds(3600)))
        ),
    ])
    func `of quota is read as one would say it`(text: String, expected: QuotaAllowance) throws {
        let route = try RouteConfig.load("{ name: chat, quota: [{ allow: \(text) }] }")

        #expect(route.quota.map(\.allowance) == [expected])
        #expect(route.quota.map(\.each) == [.caller])
    }

    @Test func `of quota reads what happens beyond the limit and without Redis`() throws {
        let limit = try #require(
            try RouteConfig.load(
                """
                { name: chat, quota: [{ allow: 5 tokens per day, each: claim project, on_exceed: clamp, shadow: true, charge_cached: true,
                  when_redis_is_down: reject }] }
                """
            ).quota.first)

        #expect(limit.each == .claim("project"))
        #expect(limit.onExceed == .clamp)
        #expect(limit.isShadow && limit.chargesCached)
        #expect(limit.onRedisFailure == .reject)
    }

    @Test func `of quota knows the time zones of the system`() throws {
        let text = "{ name: chat, quota: [{ allow: 5 requests per calendar day, time_zone: Europe/Berlin }] }"
        guard case .calendar(let window) = try #require(try RouteConfig.load(text).quota.first).allowance.window else {
            return #expect(Bool(false))
        }

        #expect(window.zone.name == "Europe/Berlin")
        #expect(window.zone.offset(at: 1_790_000_000) == 7200)
    }

    @Test func `of quota keeps its name when only the number changes`() throws {
        let names = try [60, 90].map { try RouteConfig.load("{ name: chat, quota: [{ allow: \($0) requests per minute }] }").quota.map(\.name) }

        #expect(names == [["chat: requests per 1m"], ["chat: requests per 1m"]])
    }

    @Test(
        arguments: [
            ("{}", [.key], false), ("{ anonymous: true }", [], true), ("{ anonymous: true, accept: [key] }", [.key], true),
            ("{ accept: key }", [.key], false), ("{ accept: jwt }", [.jwt], false), ("{ accept: [key, jwt] }", [.key, .jwt], false),
        ] as [(String, Set<CredentialKind>, Bool)])
    func `of authn asks for keys unless it says otherwise`(text: String, accepted: Set<CredentialKind>, anonymous: Bool) throws {
        let authn = try AuthnConfig.load(text)

        #expect(authn.accepted == accepted)
        #expect(authn.anonymous == anonymous)
    }

    @Test func `of conditions knows a status by its class`() throws {
        let retry = try UpstreamConfig.Retry.load("{ on: [connect, 5xx, 429] }")

        #expect(retry.on.list == [.connect, .statusClass(5), .status(429)])
        #expect(retry.on.includes(.status(503)) && retry.on.includes(.status(429)) && retry.on.includes(.connect))
        #expect(!retry.on.includes(.status(404)) && !retry.on.includes(.timeout))
        #expect(Conditions([.any]).includes(.badAnswer))
    }

    @Test func `of retry is safe when it says nothing`() throws {
        let upstream = try UpstreamConfig.load("{}")

        #expect(upstream.retry.attempts == 1)
        #expect(upstream.retry.on.list == [.connect])
        #expect(upstream.retry.budgetPercent == 20)
        #expect(upstream.eject == nil)
        #expect(upstream.timeouts.total == .seconds(600))
    }

    @Test func `of transform types its values as YAML 1.2 does`() throws {
        let transform = try TransformConfig.load(
            """
            request:
              set:
                number: 0.20
                exponent: +1E3
                half: .5
                hex: 0x10
                null-value: ~
                yes-in-quotes: "yes"
                number-in-quotes: '12'
                date: 2026-01-02
                list: [1, two, { three: "3\\n\\u0001" }]
                /a~1b/c~0d: true
            """)

        let edits = Dictionary(uniqueKeysWithValues: transform.set.map { ($0.pointer.description, String(decoding: $0.json, as: UTF8.self)) })
        #expect(
            edits == [
                "/number": "0.20", "/exponent": "1e3", "/half": "0.5", "/hex": "16", "/null-value": "null", "/yes-in-quotes": "\"yes\"",
                "/number-in-quotes": "\"12\"", "/date": "\"2026-01-02\"", "/list": #"[1,"two",{"three":"3\n\u0001"}]"#, "/a~1b/c~0d": "true",
            ])
    }

    @Test func `of clamp takes a plain number for the most`() throws {
        let transform = try TransformConfig.load("{ request: { clamp: { max_tokens: 4096, temperature: { min: 0, max: 1.5 } } } }")

        #expect(transform.clamp.map { $0.max?.spelling } == ["4096", "1.5"])
        #expect(transform.clamp.map { $0.min?.double } == [nil, 0])
    }

    @Test func `of fallback goes to a model, a target or an answer`() throws {
        let route = try RouteConfig.load(
            """
            name: chat
            fallback:
              - { on: [429, timeout], to: smart }
              - { on: error_event, to: { provider: p, model: m } }
              - { on: any, answer: { message: "Later." } }
            """)

        #expect(route.fallback.map(\.on.list) == [[.status(429), .timeout], [.errorEvent], [.any]])
        #expect(route.fallback[0].action == .model("smart"))
        #expect(route.fallback[2].action == .answer(status: 503, message: "Later."))
        guard case .target(let target) = route.fallback[1].action else {
            Issue.record("no target")
            return
        }
        #expect([target.provider, target.model] == ["p", "m"])
    }

    @Test func `of listen reads origins as browsers send them`() throws {
        let listen = try ListenConfig.load(
            "{ address: \"[::1]:0\", cors: { origins: [\"HTTPS://App.Example.com:443\", \"http://localhost:5173\"] } }")

        #expect(listen.cors?.origins == ["https://app.example.com", "http://localhost:5173"])
        #expect(listen.address.description == "[::1]:0")
        #expect(listen.address.isLoopback && listen.address.isIPv6)
    }

    @Test(arguments: ["::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4"])
    func `of listen takes every spelling of an IPv6 address`(address: String) throws {
        #expect(try ListenConfig.load("{ address: \"[\(address)]:80\" }").address.host == address)
    }

    @Test(arguments: [":::", "1:2:3", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:8:9", "::1.2.3", "1:2:3:4:5:6:7::8"])
    func `of listen refuses what is no IPv6 address`(address: String) {
        #expect(throws: ConfigurationErrors.self) { try ListenConfig.load("{ address: \"[\(address)]:80\" }") }
    }
}
