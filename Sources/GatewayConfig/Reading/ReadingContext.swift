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

    var secretFiles: [LoadedConfiguration.SecretFile] { resolver.secretFiles }

    func error(_ message: String, at position: Position, hint: String? = nil) {
        unreadCount += 1
        conflict(message, at: position, hint: hint)
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
            file: file, line: position.line, column: position.column, severity: severity, message: Self.printable(message),
            hint: hint.map(Self.printable))
        collected.insert(diagnostic)
    }

    /// A key or a path in a message must not begin a line of its own, or steer a terminal.
    private static func printable(_ message: String) -> String {
        guard message.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return message }
        let scalars = message.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// ` (did you mean "limit"?)`, or nothing.
    func suggestion(for text: String, among candidates: some Sequence<String>) -> String {
        guard suggestionsLeft > 0 else { return "" }
        suggestionsLeft -= 1
        return Suggestion.nearest(to: text, among: candidates).map { " (did you mean \($0.quotedBriefly)?)" } ?? ""
    }

    /// The text with its references replaced; nil when one of them is not there, which has been reported.
    func resolve(_ scalar: YAMLNode.Scalar, at position: Position) -> ScalarText? {
        guard ReferenceText.isNeeded(for: scalar.text) else { return ScalarText(scalar.text, isPlain: scalar.isPlain) }
        do {
            let text = try ReferenceText(scalar.text)
            let isLiteral = text.pieces.allSatisfy { if case .literal = $0 { true } else { false } }
            return ScalarText(try resolver.resolve(text), isPlain: scalar.isPlain, isReference: !isLiteral)
        } catch let mistake as ReferenceText.Mistake {
            error(mistake.message, at: position, hint: mistake.hint)
        } catch let absent as ReferenceResolver.Missing {
            for message in absent.messages { report(missing: message, at: position) }
        } catch {
            preconditionFailure("resolving throws two types only")
        }
        return nil
    }

    /// The path as seen from here, of a file that can be read; nil when it cannot, which has been reported.
    func readablePath(_ path: String, bytesMax: Int, at position: Position) -> String? {
        let path = resolver.path(path)
        switch environment.readFile(path, bytesMax) {
        case .success: return path
        case .failure(let problem):
            report(missing: "the file \(path) \(problem.message)", at: position)
            return missing == .warn ? path : nil
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
