/// The bytes of a body, as pieces that are sent one behind the other: what was spliced together need not be copied together.
package struct BodyPieces: Sendable {
    /// None of them is empty.
    package let pieces: [ArraySlice<UInt8>]
    package let count: Int

    package init(_ whole: [UInt8]) {
        pieces = whole.isEmpty ? [] : [whole[...]]
        count = whole.count
    }

    package init(pieces: [ArraySlice<UInt8>]) {
        self.pieces = pieces.filter { !$0.isEmpty }
        count = pieces.reduce(0) { $0 + $1.count }
    }

    package var isEmpty: Bool { count == 0 }

    /// In one array, which costs a copy unless they are one already.
    package func joined() -> [UInt8] {
        guard pieces.count != 1 else { return Array(pieces[0]) }
        var result: [UInt8] = []
        append(to: &result)
        return result
    }

    package func append(to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + count)
        for piece in pieces { bytes.append(contentsOf: piece) }
    }
}
