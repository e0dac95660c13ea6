import YAMLReader

/// What all blocks of one reading share: where mistakes go and where references are looked up.
final class ReadingContext {
    let file: String
    private let missing: ConfigEnvironment.Missing
    private let environment: ConfigEnvironment
    private var resolver: ReferenceResolver
    private var collected: Set<Diagnostic> = []
    private(set) var errorCount = 0
    /// Errors because of which a stand-in took the place of what the file says.
    private(set) var unreadCount = 0
    /// Comparing with 10,000 names takes milliseconds: a file full of mistakes gets suggestions for the first ones.
    private var suggestionsLeft = 32
    /// What no message may show.
    private(set) var references = ReferencedTexts()
    private var namedFiles: [LoadedConfiguration.OtherFile] = []

    init(file: String, folder: String, environment: ConfigEnvironment) {
        self.file = file
        self.environment = environment
        missing = environment.missing
        resolver = ReferenceResolver(environment: environment, folder: folder)
    }

    /// In the order of the file. What several aliases lead to is said once.
    var diagnostics: [Diagnostic] {
        collected.sorted { ($0.line, $0.column, $0.message) < ($1.line, $1.column, $1.message) }
    }

    var otherFiles: [LoadedConfiguration.OtherFile] { resolver.secretFiles + namedFiles }

    func error(_ message: String, at position: Position, hint: String? = nil) {
        unreadCount += 1
        conflict(message, at: position, hint: hint)
    }

    func report(_ problems: [YAMLProblem]) {
        for problem in problems { error(problem.message, at: problem.position, hint: problem.hint) }
    }

    /// An error about values that could be read.
    func conflict(_ message: String, at position: Position, hint: String? = nil) {
        errorCount += 1
        add(.error, message, at: position, hint: hint)
    }

    func warn(_ message: String, at position: Position, hint: String? = nil) {
        add(.warning, message, at: position, hint: hint)
    }

    private func add(_ severity: Diagnostic.Severity, _ message: String, at position: Position, hint: String?) {
        let diagnostic = Diagnostic(
            file: file, line: position.line, column: position.column, severity: severity, message: shown(message), hint: hint.map(shown))
        collected.insert(diagnostic)
    }

    private func shown(_ message: String) -> String { Self.printable(references.hidden(in: message)) }

    /// A key or a path in a message must not begin a line of its own, or steer a terminal.
    private static func printable(_ message: String) -> String {
        guard message.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return message }
        let scalars = message.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// ` (did you mean "limit"?)`, or nothing. What a reference stands for is neither suggested nor likened to anything.
    func suggestion(for text: String, among candidates: some Sequence<String>) -> String {
        guard suggestionsLeft > 0, !references.cover(text) else { return "" }
        suggestionsLeft -= 1
        return Suggestion.nearest(to: text, among: candidates.lazy.filter { [references] in !references.cover($0) }).map {
            " (did you mean \($0.quotedBriefly)?)"
        } ?? ""
    }

    /// The text with its references replaced; nil when one of them is not there, which has been reported.
    func resolve(_ scalar: YAMLNode.Scalar, at position: Position) -> ScalarText? {
        guard ReferenceText.isNeeded(for: scalar.text) else { return ScalarText(scalar.text, isPlain: scalar.isPlain) }
        do {
            let text = try ReferenceText(scalar.text)
            let isLiteral = text.pieces.allSatisfy { if case .literal = $0 { true } else { false } }
            return ScalarText(try resolved(text), isPlain: scalar.isPlain, isReference: !isLiteral)
        } catch let mistake as ReferenceText.Mistake {
            error(mistake.message, at: position, hint: mistake.hint)
        } catch let absent as ReferenceResolver.Missing {
            for message in absent.messages { report(missing: message, at: position) }
        } catch {
            preconditionFailure("resolving throws two types only")
        }
        return nil
    }

    private func resolved(_ text: ReferenceText) throws(ReferenceResolver.Missing) -> String {
        let resolved = try resolver.resolve(text)
        for value in resolved.values { references.remember(value) }
        // A message may cut the whole in the middle of a part.
        if !resolved.values.isEmpty { references.remember(resolved.text) }
        return resolved.text
    }

    /// What stands in a file that the configuration names; nil when it cannot be read, which has been reported.
    func contents(of path: String, bytesMax: Int, at position: Position) -> [UInt8]? {
        let path = resolver.path(path)
        switch environment.readFile(path, bytesMax) {
        case .success(let bytes):
            namedFiles.append(LoadedConfiguration.OtherFile(path: path, bytes: bytes))
            return bytes
        case .failure(let problem):
            report(missing: "the file \(path) \(problem.message)", at: position)
            return nil
        }
    }

    private func report(missing message: String, at position: Position) {
        switch missing {
        case .refuse: error(message, at: position)
        case .warn:
            unreadCount += 1
            warn(message, at: position)
        }
    }
}
