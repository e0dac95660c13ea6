import Testing

@testable import GatewayFilters

@Suite("A moment in a calendar")
struct CivilTimeTests {
    @Test(arguments: [
        (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"), (1_787_150_094, "20260819T143454Z"),
        (4_107_542_400, "21000301T000000Z"),
    ])
    func `is written as AWS writes it`(seconds: Int, stamp: String) {
        #expect(CivilTime(unixSeconds: seconds).stamp == stamp)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T00:00:00Z", 951_782_400), ("2026-08-19T14:34:54Z", 1_787_150_094),
            ("2026-08-19T14:34:54.123456Z", 1_787_150_094), ("2026-08-19 14:34:54Z", nil), ("2026-08-19T14:34:54+02:00", nil),
            ("2026-13-19T14:34:54Z", nil),
            ("soon", nil), ("", nil), ("2026-08-1xT14:34:54Z", nil),
        ] as [(String, Int?)])
    func `is read where it is one in UTC`(text: String, seconds: Int?) {
        #expect(CivilTime.unixSeconds(ofRFC3339: text) == seconds)
    }
}
