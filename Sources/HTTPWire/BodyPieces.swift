/// The bytes of a body, as pieces that are sent one behind the other: what was spliced together need not be copied together.
package struct BodyPieces: Sendable {
    private enum Content {
        case whole([UInt8])
        /// None of them is empty.
        case pieces([ArraySlice<UInt8>])
    }

    private let content: Content
    package let count: Int

    package init(_ whole: [UInt8]) {
        content = .whole(whole)
        count = whole.count
    }

    package init(pieces: [ArraySlice<UInt8>]) {
        content = .pieces(pieces.filter { !$0.isEmpty })
        count = pieces.reduce(0) { $0 + $1.count }
    }

    package var isEmpty: Bool { count == 0 }

    /// None of them is empty.
    package var pieces: [ArraySlice<UInt8>] {
        switch content {
        case .whole(let whole): whole.isEmpty ? [] : [whole[...]]
        case .pieces(let pieces): pieces
        }
    }

    /// In one array, which costs a copy unless they are one already.
    package func joined() -> [UInt8] {
        switch content {
        case .whole(let whole): return whole
        case .pieces(let pieces):
            guard pieces.count != 1 else { return Array(pieces[0]) }
            var result: [UInt8] = []
            append(to: &result)
            return result
        }
    }

    package func append(to bytes: inout [UInt8]) {
        switch content {
        case .whole(let whole): bytes += whole
        case .pieces(let pieces):
            bytes.reserveCapacity(bytes.count + count)
            for piece in pieces { bytes.append(contentsOf: piece) }
        }
    }
}
