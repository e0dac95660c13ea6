import GatewayCore
import HTTPWire
import Testing

@testable import GatewayFilters

@Suite("The headers of a limit")
struct QuotaHeadersTests {
    @Test(arguments: [
        (Duration.zero, "0s"), (.nanoseconds(1), "1ms"), (.milliseconds(250), "250ms"), (.seconds(1), "1s"), (.milliseconds(1001), "2s"),
        (.seconds(60), "1m0s"), (.seconds(360), "6m0s"), (.seconds(3600), "1h0m0s"), (.seconds(90_061), "25h1m1s"), (.seconds(-5), "0s"),
    ])
    func `write durations as OpenAI does`(duration: Duration, text: String) {
        #expect(QuotaHeaders.text(for: duration) == text)
    }

    @Test(arguments: [(1, "retry-after: 1"), (60, "retry-after: 60"), (61, "x-should-retry: false"), (2_592_000, "x-should-retry: false")])
    func `ask for a retry within a minute and for none beyond`(seconds: Int, field: String) {
        let header = QuotaHeaders.retry(afterSeconds: seconds)

        #expect("\(header.name): \(header.value)" == field)
    }

    @Test(arguments: [(Duration.zero, 1), (.milliseconds(1), 1), (.seconds(1), 1), (.milliseconds(1001), 2), (.seconds(59), 59)])
    func `round waits up to whole seconds`(wait: Duration, seconds: Int) {
        #expect(QuotaHeaders.seconds(in: wait) == seconds)
    }

    @Test(arguments: [
        (Duration.seconds(1), "second"), (.seconds(60), "minute"), (.seconds(3600), "hour"), (.seconds(86_400), "day"), (.seconds(90), "90 s"),
        (.seconds(300), "5 minutes"), (.seconds(7200), "2 hours"), (.seconds(604_800), "7 days"),
    ])
    func `name a window in words`(window: Duration, name: String) {
        #expect(QuotaWords.name(ofWindow: window) == name)
    }
}
