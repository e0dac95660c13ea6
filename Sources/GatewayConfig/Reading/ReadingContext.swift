import YAMLReader

/// What all blocks of one file share: where mistakes go and where references are looked up. The files of one reading share the rest.
final class ReadingContext {
    /// What messages call the file.
    let file: String
    private let reading: Reading

    /// One reading of a file and of those that it includes.
    private final class Reading {
        let environment: ConfigEnvironment
        var resolver: ReferenceResolver
        /// In the order in which they are read.
        var files: [String]
        var collected: Set<Diagnostic> = []
        var errorCount = 0
        var unreadCount = 0
        /// Comparing with 10,000 names takes milliseconds: a file full of mistakes gets suggestions for the first ones.
        var suggestionsLeft = 32
        var references = ReferencedTexts()
        var namedFiles: [LoadedConfiguration.OtherFile] = []
        var callers: [CallerPlace] = []
        var missesCallers = false

        init(_ environment: ConfigEnvironment, file: String, folder: String) {
            self.environment = environment
            resolver = ReferenceResolver(environment: environment, folder: folder)
            files = [file]
        }
    }

    init(file: String, folder: String, environment: ConfigEnvironment) {
        self.file = file
        reading = Reading(environment, file: file, folder: folder)
    }

    private init(file: String, partOf reading: Reading) {
        self.file = file
        self.reading = reading
        if !reading.files.contains(file) { reading.files.append(file) }
    }

    /// For a file that this one includes: its mistakes are told beside this one's, at its own lines.
    func including(_ file: String) -> ReadingContext { ReadingContext(file: file, partOf: reading) }

    var errorCount: Int { reading.errorCount }
    /// Errors because of which a stand-in took the place of what the file says.
    var unreadCount: Int { reading.unreadCount }
    /// What no message may show.
    var references: ReferencedTexts { reading.references }
    /// Seconds since 1970.
    var now: Int { reading.environment.now() }
    /// Where each caller stands, in their order.
    var callers: [CallerPlace] { reading.callers }

    func noteCaller(_ place: CallerPlace) { reading.callers.append(place) }

    /// Whether some callers could not be read at all: nothing is known then of who has a key.
    var missesCallers: Bool {
        get { reading.missesCallers }
        set { reading.missesCallers = newValue }
    }

    /// In the order of the files and of their lines. What several aliases lead to is said once.
    var diagnostics: [Diagnostic] {
        let ranks = Dictionary(uniqueKeysWithValues: reading.files.enumerated().map { ($1, $0) })
        func rank(_ diagnostic: Diagnostic) -> Int { ranks[diagnostic.file] ?? 0 }
        return reading.collected.sorted { (rank($0), $0.line, $0.column, $0.message) < (rank($1), $1.line, $1.column, $1.message) }
    }

    var otherFiles: [LoadedConfiguration.OtherFile] { reading.resolver.secretFiles + reading.namedFiles }

    func error(_ message: String, at position: Position, hint: String? = nil) {
        reading.unreadCount += 1
        conflict(message, at: position, hint: hint)
    }

    func report(_ problems: [YAMLProblem]) {
        for problem in problems { error(problem.message, at: problem.position, hint: problem.hint) }
    }

    /// An error about values that could be read.
    func conflict(_ message: String, at position: Position, hint: String? = nil) {
        reading.errorCount += 1
        add(.error, message, at: position, hint: hint)
    }

    func warn(_ message: String, at position: Position, hint: String? = nil) {
        add(.warning, message, at: position, hint: hint)
    }

    private func add(_ severity: Diagnostic.Severity, _ message: String, at position: Position, hint: String?) {
        let diagnostic = Diagnostic(
            file: file, line: position.line, column: position.column, severity: severity, message: shown(message), hint: hint.map(shown))
        reading.collected.insert(diagnostic)
    }

    private func shown(_ message: String) -> String { Self.printable(reading.references.hidden(in: message)) }

    /// A key or a path in a message must not begin a line of its own, or steer a terminal.
    private static func printable(_ message: String) -> String {
        guard message.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return message }
        let scalars = message.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// ` (did you mean "limit"?)`, or nothing. What a reference stands for is neither suggested nor likened to anything.
    func suggestion(for text: String, among candidates: some Sequence<String>) -> String {
        guard reading.suggestionsLeft > 0, !references.cover(text) else { return "" }
        reading.suggestionsLeft -= 1
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
        let resolved = try reading.resolver.resolve(text)
        for value in resolved.values { reading.references.remember(value) }
        // A message may cut the whole in the middle of a part.
        if !resolved.values.isEmpty { reading.references.remember(resolved.text) }
        return resolved.text
    }

    /// A relative path begins at the folder of the configuration.
    func path(_ path: String) -> String { reading.resolver.path(path) }

    /// What stands in a file that the configuration names; nil when it cannot be read, which has been reported.
    func contents(of path: String, bytesMax: Int, at position: Position) -> [UInt8]? {
        let path = self.path(path)
        switch reading.environment.readFile(path, bytesMax) {
        case .success(let bytes):
            reading.namedFiles.append(LoadedConfiguration.OtherFile(path: path, bytes: bytes))
            return bytes
        case .failure(let problem):
            report(missing: "the file \(path) \(problem.message)", at: position)
            return nil
        }
    }

    private func report(missing message: String, at position: Position) {
        switch reading.environment.missing {
        case .refuse: error(message, at: position)
        case .warn:
            reading.unreadCount += 1
            warn(message, at: position)
        }
    }
}
