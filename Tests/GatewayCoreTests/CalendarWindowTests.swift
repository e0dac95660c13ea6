import Foundation
import GatewayCore
import Testing

@Suite("A calendar window")
struct CalendarWindowTests {
    private static func zone(_ name: String) throws -> TimeZoneRules {
        let data = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name))
        return try #require(TimeZoneRules(name: name, compiled: Array(data)))
    }

    private static func time(_ text: String) throws -> Int {
        let formatter = ISO8601DateFormatter()
        return Int(try #require(formatter.date(from: text)).timeIntervalSince1970)
    }

    @Test(arguments: [
        ("UTC day", CalendarWindow.Unit.day, "UTC", "2026-11-26T03:10:01Z", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z"),
        ("a week from Monday", .week, "UTC", "2026-11-26T03:10:01Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
        ("its Monday", .week, "UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
        ("its Sunday", .week, "UTC", "2026-11-29T23:59:59Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
        ("a leap February", .month, "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ("December", .month, "UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("a year", .year, "UTC", "2026-07-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("summer in Berlin", .day, "Europe/Berlin", "2026-07-01T23:00:00Z", "2026-07-01T22:00:00Z", "2026-07-02T22:00:00Z"),
        ("a day of 23 hours", .day, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("a day of 25 hours", .day, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("a month with a change", .month, "Europe/Berlin", "2026-10-31T22:30:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
        ("behind UTC", .day, "America/New_York", "2026-11-26T03:10:01Z", "2026-11-25T05:00:00Z", "2026-11-26T05:00:00Z"),
        ("half hours", .day, "Asia/Kolkata", "2026-11-26T18:29:59Z", "2026-11-25T18:30:00Z", "2026-11-26T18:30:00Z"),
        ("no midnight: it begins at one", .day, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        ("two midnights: it begins at the second", .day, "America/Sao_Paulo", "2018-02-18T12:00:00Z", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z"),
        ("beyond what the file spells out", .day, "Europe/Berlin", "2060-07-01T12:00:00Z", "2060-06-30T22:00:00Z", "2060-07-01T22:00:00Z"),
        ("southern summer", .day, "Australia/Sydney", "2055-01-10T12:00:00Z", "2055-01-09T13:00:00Z", "2055-01-10T13:00:00Z"),
    ])
    func `begins and ends with the days of its zone`(
        what: String, unit: CalendarWindow.Unit, zone: String, time: String, start: String, end: String
    ) throws {
        let window = CalendarWindow(unit: unit, zone: zone == "UTC" ? .utc : try Self.zone(zone))

        let bounds = window.bounds(around: try Self.time(time))

        #expect(bounds == (try Self.time(start))..<(try Self.time(end)), "\(what)")
    }

    @Test(arguments: ["Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Asia/Tehran", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe"])
    func `follows the one before it without a gap, from 1990 to 2090`(zone: String) throws {
        for unit in CalendarWindow.Unit.allCases {
            let window = CalendarWindow(unit: unit, zone: try Self.zone(zone))
            var at = window.bounds(around: 631_152_000)
            while at.upperBound < 3_786_912_000 {
                let next = window.bounds(around: at.upperBound)
                guard next.lowerBound == at.upperBound, window.bounds(around: next.upperBound - 1) == next else {
                    Issue.record("\(unit) \(at) is followed by \(next)")
                    return
                }
                at = next
            }
        }
    }

    @Test func `knows the offsets that Foundation knows`() throws {
        for name in ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Africa/Casablanca", "Australia/Sydney"] {
            let rules = try Self.zone(name)
            let zone = try #require(TimeZone(identifier: name))
            for time in stride(from: 1_000_000_000, to: 2_100_000_000, by: 999_983) {
                #expect(rules.offset(at: time) == zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time))), "\(name) at \(time)")
            }
        }
    }

    @Test func `is not made of a file that is none, or half of one`() throws {
        let data = Array(try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Berlin")))
        #expect(TimeZoneRules(name: "x", compiled: []) == nil)
        #expect(TimeZoneRules(name: "x", compiled: Array("TZif".utf8)) == nil)
        for count in stride(from: 0, to: data.count - 40, by: 7) { #expect(TimeZoneRules(name: "x", compiled: Array(data.prefix(count))) == nil) }
        for index in 0..<data.count {
            var broken = data
            broken[index] ^= 0xFF
            _ = TimeZoneRules(name: "x", compiled: broken)?.time(ofLocal: 1_790_000_000)
        }
    }
}
