/// The checksum of gzip, PNG and AWS's event streams.
///
/// - SeeAlso: RFC 1952, section 8
package struct CRC32: Sendable {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private var state: UInt32 = 0xFFFF_FFFF

    package init() {}

    package var value: UInt32 { state ^ 0xFFFF_FFFF }

    package mutating func add(_ bytes: ArraySlice<UInt8>) {
        let table = Self.table
        var state = state
        for byte in bytes { state = table[Int((state ^ UInt32(byte)) & 0xFF)] ^ (state >> 8) }
        self.state = state
    }

    package static func value(of bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum = CRC32()
        sum.add(bytes)
        return sum.value
    }
}
