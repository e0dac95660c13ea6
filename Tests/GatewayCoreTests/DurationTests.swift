import GatewayCore
import Testing

@Suite("A duration")
struct DurationTests {
    @Test(
        arguments: [
            (Duration.zero, 0), (.nanoseconds(1), 1), (.nanoseconds(-1), -1), (Duration(attoseconds: 1_999_999_999), 1),
            (Duration(attoseconds: -1_999_999_999), -1),
            (.seconds(86_400) + .nanoseconds(7), 86_400_000_000_007), (.nanoseconds(Int64.max), .max),
            (.nanoseconds(Int64.max) + .nanoseconds(1), .max),
            (.nanoseconds(Int64.min) - .nanoseconds(1), .min), (.seconds(Int64.max), .max), (.seconds(Int64.min), .min),
        ] as [(Duration, Int64)])
    func `is whole nanoseconds towards zero, and the nearest that fit where it is too long`(_ duration: Duration, _ nanoseconds: Int64) {
        #expect(duration.wholeNanoseconds == nanoseconds)
    }
}
