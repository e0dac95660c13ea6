import Foundation
import GatewayCore
import Testing

@testable import GatewayTelemetry

@Suite("An access log line")
struct AccessLogEntryTests {
    private func object(_ line: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }

    @Test func `holds every field, in a fixed order, with null for what there was not`() {
        var record = RequestRecord.sample(attempts: [
            Attempt(provider: "openai", model: "gpt-5-mini", status: 503, error: .upstreamStatus, duration: .microseconds(1_500)),
            Attempt(provider: "local", model: "llama", status: 200, duration: .milliseconds(7), cost: Money(nanodollars: 74_000)),
        ])
        record.cost = Money(nanodollars: 74_000)
        record.modelUsed = "llama"
        record.retries = 1
        record.fallbacks = ["local/llama"]
        record.usage = Usage(input: 12, output: 34, cachedInput: 5)
        record.bytesOut = 900
        let times = RequestTimes(total: .microseconds(12_345), firstByte: .milliseconds(9), upstream: .microseconds(8_500))

        let line = AccessLogEntry.sample(record: record, times: times).line

        let expected =
            #"{"ts":"2025-11-19T10:45:02.123Z","level":"info","msg":"request","request_id":"req-1","#
            + #""trace_id":"0af7651916cd43dd8448eb211c80319c","method":"POST","path":"/v1/chat/completions","route":"chat","#
            + #""caller":"checkout","team":"shop","issuer":null,"provider":"openai","model_requested":"fast","model_used":"llama","status":200,"#
            + #""error_type":null,"blame":"none","stream":false,"cache":null,"cache_tier":null,"shared_flight":false,"#
            + #""attempts":[{"provider":"openai","model":"gpt-5-mini","status":503,"error":"upstream_status","ms":1.500,"cost_usd":null},"#
            + #"{"provider":"local","model":"llama","status":200,"error":null,"ms":7.000,"cost_usd":0.000074}],"#
            + #""retries":1,"fallbacks":["local/llama"],"tokens_in":12,"tokens_out":34,"tokens_cached":5,"tokens_estimated":false,"#
            + #""cost_usd":0.000074,"saved_usd":0,"limit":null,"shadow_limits":[],"#
            + #""ttft_ms":9.000,"upstream_ms":8.500,"total_ms":12.345,"bytes_in":300,"bytes_out":900,"#
            + #""config_generation":3,"client_retry_count":null}"# + "\n"
        #expect(String(decoding: line, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        "x\"}\n{\"msg\":\"forged\"}", "a\r\nb", "\u{0}\u{1}\u{1F}\u{7F}", "\u{1B}[2Jgone", "\u{85}\u{9B}31m", "\u{2028}x\u{2029}",
        "\u{202E}txt.exe\u{2066}", "\\\"\\\\\"", "é日本😀", "\u{E9}\u{301}", "",
    ])
    func `cannot be forged by what a client sends`(text: String) throws {
        let line = AccessLogEntry.sample(method: "POST", path: text, modelRequested: text).line

        #expect(try object(line)["model_requested"] as? String == text)
        #expect(try object(line)["path"] as? String == text)
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
        for scalar in String(decoding: line.dropLast(), as: UTF8.self).unicodeScalars {
            #expect(scalar.properties.generalCategory != .control)
            #expect(![0x2028, 0x2029, 0x202E, 0x2066].contains(scalar.value))
        }
    }

    @Test func `stays one valid line whatever bytes a client's strings are made of`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = String(decoding: bytes, as: UTF8.self)

            let line = AccessLogEntry.sample(path: text, caller: text, modelRequested: text).line

            let path = try #require(try object(line)["path"] as? String)
            // By scalars: U+0600 and its like draw what follows into their own character.
            #expect(text.utf8.count <= 256 ? path == text : path.unicodeScalars.last == "…" && path.utf8.count <= 259)
            #expect(line.count { $0 < 0x20 } == 1)
        }
    }

    @Test(arguments: [("a", 200), ("é", 100), ("日", 100), ("😀", 100)])
    func `cuts a long model name at a character's boundary`(character: String, count: Int) throws {
        let name = String(repeating: character, count: count)

        let line = AccessLogEntry.sample(modelRequested: name).line

        let written = try #require(try object(line)["model_requested"] as? String)
        #expect(written.hasSuffix("…"))
        #expect(name.hasPrefix(written.dropLast()))
        #expect((125...131).contains(written.utf8.count))
    }

    @Test func `stays below 8 KiB whatever happened to the request`() throws {
        let long = String(repeating: "\u{1}", count: 5_000)
        let name = String(repeating: "n", count: 5_000)
        var record = RequestRecord.sample(route: name, provider: name)
        record.attempts = (0..<100).map { _ in Attempt(provider: name, model: name, status: 500, error: .upstreamUnreachable) }
        record.fallbacks = (0..<100).map { _ in name }

        let line = AccessLogEntry.sample(method: long, path: long, caller: name, modelRequested: long, record: record).line

        #expect(line.count < 8 << 10)
        #expect((try object(line)["attempts"] as? [Any])?.count == 8)
    }

    @Test(arguments: [(Blame.none, "info"), (.caller, "info"), (.upstream, "warning"), (.gateway, "error")])
    func `is as severe as its blame`(blame: Blame, level: String) throws {
        let line = AccessLogEntry.sample(record: .sample(blame: blame)).line

        #expect(try object(line)["level"] as? String == level)
    }
}
