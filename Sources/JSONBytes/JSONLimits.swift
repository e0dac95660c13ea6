/// What a JSON text may cost. Checked before anything recurses or allocates.
///
/// The length of a whole text is bounded where it is read (`limits.body`), not here.
package struct JSONLimits: Equatable, Sendable {
    /// Containers inside one another, 1...128. The ceiling is what the scanner's stack holds: one bit each, in a 128-bit word.
    package let depthMax: Int
    /// Bytes of one number's spelling.
    package let numberBytesMax: Int
    /// Bytes of one string or name between its quotes, as spelled.
    package let stringBytesMax: Int
    /// Members of one object, where members are compared with each other: the top level, the canonical form and the tree.
    package let membersMax: Int
    /// Values of a whole text that is made into a tree or a canonical form, the only two that allocate.
    package let valuesMax: Int

    /// - Precondition: `depthMax` is in 1...128.
    package init(
        depthMax: Int = 128, numberBytesMax: Int = 1024, stringBytesMax: Int = .max, membersMax: Int = 16_384, valuesMax: Int = 1_000_000
    ) {
        precondition((1...128).contains(depthMax), "depthMax must be in 1...128")
        self.depthMax = depthMax
        self.numberBytesMax = numberBytesMax
        self.stringBytesMax = stringBytesMax
        self.membersMax = membersMax
        self.valuesMax = valuesMax
    }

    package static let standard = JSONLimits()
}
