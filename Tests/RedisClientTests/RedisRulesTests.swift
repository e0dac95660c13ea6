import GatewayCore
import MonotonicClock
import Testing

@testable import RedisClient

@Suite("The Redis client's rules")
struct RedisRulesTests {
    @Test func `a command is a list of its words with their lengths in bytes`() {
        var bytes: [UInt8] = []

        RedisCommand.append([[UInt8]](command: "SET", "wörd", ""), to: &bytes)

        #expect(String(decoding: bytes, as: UTF8.self) == "*3\r\n$3\r\nSET\r\n$5\r\nwörd\r\n$0\r\n\r\n")
    }

    @Test(arguments: [
        ("OOM command not allowed", "OOM"), ("MOVED 3999 127.0.0.1:6381", "MOVED"), ("wrong number", "ERR"), ("", "ERR"),
        ("SECRET-key of a script", "ERR"), ("AVERYLONGWORDTHATISNOCODEATALL x", "ERR"),
    ])
    func `an error is known by its first word in capitals, and by nothing that a key could be`(text: String, code: String) {
        #expect(RedisRefusal(text).code == code)
    }

    @Test(arguments: [
        ("MOVED 3999 127.0.0.1:6381", RedisAddress?.some(.tcp(host: "127.0.0.1", port: 6381))),
        ("MOVED 3999 node-1.redis:6379", .tcp(host: "node-1.redis", port: 6379)), ("MOVED 3999 ::1:6379", .tcp(host: "::1", port: 6379)),
        ("MOVED 3999 :6380", .tcp(host: "asked", port: 6380)), ("MOVED 3999 host:0", nil), ("MOVED", nil), ("MOVED 3999 host", nil),
    ])
    func `a redirection names a host and a port`(text: String, expected: RedisAddress?) {
        #expect(RedisRefusal(text).target(asked: .tcp(host: "asked", port: 1)) == expected)
    }

    @Test func `the breaker opens after five time-outs in a row, and waits longer each time it opens soon again`() {
        let start = Instant.now
        var breaker = RedisBreaker()

        for _ in 0..<4 { _ = breaker.timedOut(at: start) }
        breaker.answered()
        let early = (0..<4).map { _ in breaker.timedOut(at: start) }
        let fifth = breaker.timedOut(at: start)
        #expect(early == [false, false, false, false] && fifth)
        #expect(breaker.isOpen && breaker.pause == .milliseconds(250))
        breaker.close(at: start)
        for _ in 0..<5 { _ = breaker.timedOut(at: start + .seconds(1)) }
        #expect(breaker.isOpen && breaker.pause == .milliseconds(500))
        breaker.close(at: start + .seconds(2))
        for _ in 0..<5 { _ = breaker.timedOut(at: start + .seconds(60)) }
        #expect(breaker.isOpen && breaker.pause == .milliseconds(250))
    }

    @Test func `tries to connect are a second apart at most, and never at one moment for all`() {
        var backOff = RedisBackOff()

        let waits = (0..<70).map { _ in backOff.next(share: 0.999) }
        backOff.reset()

        let first = backOff.next(share: 0)
        #expect(waits.allSatisfy { $0 <= .seconds(1) } && waits[69] > .milliseconds(900))
        #expect(first == .milliseconds(25))
    }

    @Test func `refusals are over when Redis has answered for two seconds without one`() {
        let start = Instant.now
        var refusals = RedisRefusals()

        let news = [refusals.refused("OOM", at: start), refusals.refused("OOM", at: start + .seconds(1))]
        let ends = [2, 3, 9].map { refusals.answered(at: start + .seconds($0)) }

        #expect(news == [true, false])
        #expect(ends == [false, true, false])
        #expect(refusals.code == nil)
    }
}
