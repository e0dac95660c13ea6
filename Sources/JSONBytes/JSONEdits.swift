/// Replacements at byte ranges of one body: everything between them stays as it came, to the byte.
package struct JSONEdits: Equatable, Sendable {
    private struct Splice: Equatable {
        let range: Range<Int>
        let bytes: [UInt8]
    }
    /// In the order of the body; insertions at one place in the order they were made.
    private var splices: [Splice] = []

    package init() {}

    package var isEmpty: Bool { splices.isEmpty }

    /// - Precondition: `range` overlaps no range edited before. Edits of one value are decided before they are made.
    package mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        var index = splices.count
        while index > 0, splices[index - 1].range.upperBound > range.lowerBound { index -= 1 }
        let isClear = index == splices.count || splices[index].range.lowerBound >= range.upperBound
        precondition(isClear, "two edits overlap")
        splices.insert(Splice(range: range, bytes: bytes), at: index)
    }

    package mutating func insert(_ bytes: [UInt8], at offset: Int) { replace(offset..<offset, with: bytes) }

    package mutating func remove(_ range: Range<Int>) { replace(range, with: []) }

    /// Adds a member behind the last one. `value` is JSON; several calls add several members.
    package mutating func insertMember(_ name: String, _ value: [UInt8], in top: JSONTopLevel) {
        let isFirst = top.memberCount == 0 && !hasInsertion(at: top.end)
        insert((isFirst ? [] : [.comma]) + JSONText.quoted(name) + [.colon] + value, at: top.end)
    }

    func hasInsertion(at offset: Int) -> Bool { splices.contains { $0.range == offset..<offset } }

    /// The edited body. `body` must be the one the ranges were found in.
    package func applied(to body: [UInt8]) -> [UInt8] {
        guard !splices.isEmpty else { return body }
        var result: [UInt8] = []
        result.reserveCapacity(splices.reduce(body.count) { $0 + $1.bytes.count - $1.range.count })
        for piece in pieces(of: body) { result.append(contentsOf: piece) }
        return result
    }

    /// The edited body without a copy: what stays of `body`, and what is put between.
    package func pieces(of body: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        pieces.reserveCapacity(2 * splices.count + 1)
        var at = 0
        for splice in splices {
            pieces.append(body[at..<splice.range.lowerBound])
            pieces.append(splice.bytes[...])
            at = splice.range.upperBound
        }
        pieces.append(body[at...])
        return pieces
    }
}
