/// A YAML file as a tree, with every mistake that did not stop the reading.
package struct YAMLDocument: Sendable {
    /// nil when the file could not be read to its end; `problems` says why.
    package let root: YAMLNode?
    package let problems: [YAMLProblem]

    /// Reads one document from UTF-8 text.
    package init(reading bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) {
        var builder = TreeBuilder(limits: limits)
        do throws(YAMLProblem) {
            try Self.checkText(bytes, limits: limits)
            try EventReader.read(bytes) { event, position throws(YAMLProblem) in
                try builder.add(event, at: position)
            }
            guard let root = builder.root else { throw YAMLProblem("the file has no content", at: Position(line: 1, column: 1)) }
            self.root = root
            problems = builder.problems
        } catch {
            root = nil
            problems = builder.problems + [Self.explained(error, in: bytes)]
        }
    }

    private static func checkText(_ bytes: [UInt8], limits: YAMLLimits) throws(YAMLProblem) {
        let start = Position(line: 1, column: 1)
        guard !bytes.isEmpty else { throw YAMLProblem("the file is empty", at: start) }
        guard bytes.count <= limits.bytesMax else {
            throw YAMLProblem("the file is larger than \(limits.bytesMax) bytes", at: start)
        }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw YAMLProblem("this is not UTF-8 text", at: Position(ofByte: error.byteOffsets.lowerBound, in: bytes))
        }
    }

    /// libyaml's words for a tab say nothing of tabs.
    private static func explained(_ problem: YAMLProblem, in bytes: [UInt8]) -> YAMLProblem {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: problem.position.line, omittingEmptySubsequences: false)
        guard problem.hint == nil, problem.position.line <= lines.count else { return problem }
        let indent = lines[problem.position.line - 1].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard indent.contains(UInt8(ascii: "\t")) else { return problem }
        return YAMLProblem(problem.message, at: problem.position, hint: "this line begins with a tab: YAML is indented with spaces")
    }
}

extension Position {
    /// The place of a byte in text that is valid UTF-8 up to there.
    init(ofByte offset: Int, in bytes: some Collection<UInt8>) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0b1100_0000 != 0b1000_0000 {  // continuation bytes belong to a character already counted
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}
