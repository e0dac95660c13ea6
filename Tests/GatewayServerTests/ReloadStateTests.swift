import Testing

@testable import GatewayServer

@Suite("What is known of reloads")
struct ReloadStateTests {
    @Test func `keeps a hundred reasons of a refusal, and says how many there are more`() {
        let state = ReloadState()

        state.refused((1...60_000).map { "mistake \($0)" }, at: 0)

        let reasons = state.snapshot.lastRefusal?.reasons ?? []
        #expect(reasons.count == 101 && reasons[99] == "mistake 100" && reasons[100] == "and 59900 more")
        #expect(state.snapshot.last == .refused(reasons))
        state.refused(["one"], at: 0)
        #expect(state.snapshot.lastRefusal?.reasons == ["one"])
    }
}
