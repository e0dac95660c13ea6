import Testing

@testable import HTTPWire

@Suite("The limits of a request head")
struct RequestLimitTests {
    /// `GET /xxx HTTP/1.1` with this many bytes, line end included.
    private func line(bytes: Int) -> String { "GET /" + String(repeating: "x", count: bytes - 16) + " HTTP/1.1\r\n" }

    @Test func `are met exactly by a request line and passed by one byte more`() {
        let limits = HTTPLimits(requestLineBytes: 40)

        #expect(HeadOutcome(line(bytes: 40) + "Host: x\r\n\r\n", limits: limits).head != nil)
        #expect(HeadOutcome(line(bytes: 41) + "Host: x\r\n\r\n", limits: limits) == .refused(.requestLineTooLong))
    }

    @Test func `hold while the request line is incomplete`() {
        let limits = HTTPLimits(requestLineBytes: 40)

        #expect(HeadOutcome(String(repeating: "G", count: 39), limits: limits) == .incomplete)
        #expect(HeadOutcome(String(repeating: "G", count: 40), limits: limits) == .refused(.requestLineTooLong))
    }

    @Test func `are met exactly by the header fields and passed by one byte more`() {
        let limits = HTTPLimits(headerBytes: 9 + 10 + 2)

        #expect(HeadOutcome("GET / HTTP/1.1\r\nHost: x\r\nA: 45678\r\n\r\n", limits: limits).head != nil)
        #expect(HeadOutcome("GET / HTTP/1.1\r\nHost: x\r\nA: 456789\r\n\r\n", limits: limits) == .refused(.headerTooLarge))
    }

    @Test func `hold while the header fields are incomplete`() {
        let limits = HTTPLimits(headerBytes: 20)
        let start = "GET / HTTP/1.1\r\n"

        #expect(HeadOutcome(start + "A: 4567890123456789", limits: limits) == .incomplete)
        #expect(HeadOutcome(start + "A: 45678901234567890", limits: limits) == .refused(.headerTooLarge))
    }

    @Test func `count the header fields`() {
        let limits = HTTPLimits(headerCount: 3)
        let start = "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n"

        #expect(HeadOutcome(start + "\r\n", limits: limits).head != nil)
        #expect(HeadOutcome(start + "C: 3\r\n", limits: limits) == .refused(.headerTooMany))
    }

    @Test func `leave a declared body to whoever reads it, who needs the head for an answer`() {
        let limits = HTTPLimits(bodyBytes: 5)

        #expect(HeadOutcome("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 005\r\n\r\n", limits: limits).head?.framing == .length(5))
        #expect(HeadOutcome("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n", limits: limits).head?.framing == .length(6))
    }
}
