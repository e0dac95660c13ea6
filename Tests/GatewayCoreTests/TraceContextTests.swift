import GatewayCore
import Testing

@Suite("The trace context")
struct TraceContextTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func `keeps the client's trace id and flags and makes a span of its own`() {
        let trace = TraceContext(continuing: Self.parent) { 0x1234 }

        #expect(trace.header == "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000001234-01")
    }

    @Test(arguments: [
        nil, "", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e47\"6-00f067aa0ba902b7-01",
    ])
    func `begins a new trace when the client's is absent or malformed`(header: String?) {
        var next: UInt64 = 0
        let trace = TraceContext(continuing: header) {
            next += 1
            return next
        }

        #expect(trace.traceID == "00000000000000020000000000000003")
        #expect(trace.flags == "00")
    }

    @Test func `takes a later version with more fields`() {
        let trace = TraceContext(continuing: "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more") { 1 }

        #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    }

    @Test func `never has an all-zero id, whatever the random numbers`() {
        let trace = TraceContext(continuing: nil) { 0 }

        #expect(trace.traceID.contains { $0 != "0" })
        #expect(trace.spanID.contains { $0 != "0" })
    }
}
