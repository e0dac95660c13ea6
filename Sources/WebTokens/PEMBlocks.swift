/// Takes a text apart into its blocks of PEM.
///
/// - SeeAlso: RFC 7468, section 2
enum PEMBlocks {
    /// What stands between and around the blocks is left out, as is a block that does not end.
    static func split(_ text: String) -> [String] {
        var blocks: [String] = []
        var open: [Substring]?
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("-----BEGIN ") { open = [] }
            open?.append(line)
            guard line.hasPrefix("-----END "), let block = open else { continue }
            blocks.append(block.joined(separator: "\n") + "\n")
            open = nil
        }
        return blocks
    }
}
