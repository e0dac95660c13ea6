import Testing

@testable import JSONBytes

@Suite("A number")
struct NumberTests {
    @Test(arguments: [
        ("0", 0), ("-0", 0), ("7", 7), ("-12", -12), ("100.0", 100), ("1e3", 1000), ("1.5e1", 15), ("12300e-2", 123), ("0.0e99", 0),
        ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("9223372036854775808", nil), ("1.5", nil), ("1e-1", nil),
        ("1e19", nil), ("1e999999999999999999999", nil), ("123456789012345678901", nil), ("0e999999999999999999999", 0),
    ])
    func `is an integer when its value is one`(spelling: String, int: Int?) throws {
        #expect(try #require(JSONNumber(spelling)).int == int)
    }

    @Test(arguments: ["", " 1", "1 ", "01", "1.", "x", "[1]", "\"1\"", "NaN", "inf", "1e", "+1"])
    func `is spelled by the grammar of JSON and nothing else`(spelling: String) {
        #expect(JSONNumber(spelling) == nil)
    }

    @Test(arguments: [
        ("1", "2"), ("-2", "-1"), ("-1", "0"), ("-1", "1"), ("0", "0.0001"), ("9", "10"), ("99e1", "1e3"), ("1e-5", "1e-4"),
        ("1.9999999999999999999", "2"),
        ("9007199254740992", "9007199254740993"), ("1e308", "1e309"), ("1e400", "1e401"), ("-1e401", "-1e400"), ("0.1", "0.10000000000000000000001"),
        ("-0.2", "-0.1"), ("123.456e2", "12345.7"), ("1e99999999999999999998", "2e99999999999999999999"),
    ])
    func `is compared exactly, whatever its spelling`(smaller: String, larger: String) throws {
        let (one, other) = (try #require(JSONNumber(smaller)), try #require(JSONNumber(larger)))

        #expect(one.isLess(than: other))
        #expect(!other.isLess(than: one))
    }

    @Test(arguments: [("1", "1.0"), ("100", "1e2"), ("0", "-0"), ("0.001", "1e-3"), ("1.50", "15e-1"), ("0e5", "0")])
    func `is neither less nor more than itself in another spelling, but not the same`(first: String, second: String) throws {
        let (one, other) = (try #require(JSONNumber(first)), try #require(JSONNumber(second)))

        #expect(!one.isLess(than: other) && !other.isLess(than: one))
        #expect(one != other)
    }

    @Test func `comes from Swift's numbers, except from those JSON cannot spell`() {
        #expect(JSONNumber(42).spelling == "42")
        #expect(JSONNumber(0.25)?.spelling == "0.25")
        #expect(JSONNumber(1e300)?.double == 1e300)
        #expect(JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(Double.nan) == nil)
        for double: Double in [1e-7, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e16, 123456789.125] {
            #expect(JSONNumber(JSONNumber(double)!.spelling)?.double == double)
        }
    }
}
