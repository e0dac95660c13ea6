import Testing

@testable import GatewayTelemetry

@Suite("The time of day in logs")
struct TimeOfDayTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"),
        (951_827_696_789, "2000-02-29T12:34:56.789Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (Int64.max, "9999-12-31T23:59:59.999Z"),
        (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
    func `is RFC 3339 in UTC with milliseconds`(milliseconds: Int64, expected: String) {
        var bytes: [UInt8] = []

        TimeOfDay.appendTimestamp(milliseconds: milliseconds, to: &bytes)

        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
}
