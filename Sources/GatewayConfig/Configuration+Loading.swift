import YAMLReader

extension Configuration {
    /// Reads and checks a configuration file, and the secrets that it refers to.
    ///
    /// The path is opened anew each time, so that a file swapped by renaming or by a symbolic link is seen.
    package static func load(
        path: String, environment: ConfigEnvironment = .process
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        try read(try readFile(path, environment), file: path, folder: folder(of: path), environment: environment)
    }

    static func readFile(_ path: String, _ environment: ConfigEnvironment) throws(ConfigurationErrors) -> [UInt8] {
        switch environment.readFile(path, YAMLLimits().bytesMax) {
        case .success(let bytes): return bytes
        case .failure(let problem):
            let diagnostic = Diagnostic(file: path, line: 0, column: 0, severity: .error, message: problem.message, hint: nil)
            throw ConfigurationErrors(diagnostics: [diagnostic])
        }
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
    }

    /// Checks a configuration that is at hand as text.
    ///
    /// - Parameters:
    ///   - file: what messages call it.
    ///   - folder: what relative paths in it are relative to; empty for the current one.
    package static func read(
        _ bytes: [UInt8], file: String, folder: String = "", environment: ConfigEnvironment = .process
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        let context = ReadingContext(file: file, folder: folder, environment: environment)
        let document = YAMLDocument(reading: bytes)
        context.report(document.problems)
        guard let root = document.root else { throw ConfigurationErrors(diagnostics: context.diagnostics) }
        var fields = Fields(root, name: "the configuration", context: context)
        let configuration = Configuration(reading: &fields)
        ConfigurationChecks(configuration, root: root, context: context).run()
        guard context.errorCount == 0 else { throw ConfigurationErrors(diagnostics: context.diagnostics) }
        return LoadedConfiguration(
            configuration: configuration, warnings: context.diagnostics, bytes: bytes, otherFiles: context.otherFiles,
            references: context.references, restartPlaces: RestartPlaces(in: Places(root: root), file: file))
    }
}

extension ConfigBlock {
    /// Reads one block on its own, without what other parts of a file would say to it. For tests of what the block configures.
    package static func load(
        _ text: String, file: String = "gateway.yaml", environment: ConfigEnvironment = .process
    ) throws(ConfigurationErrors) -> Self {
        let context = ReadingContext(file: file, folder: "", environment: environment)
        let document = YAMLDocument(reading: Array(text.utf8))
        context.report(document.problems)
        guard let root = document.root else { throw ConfigurationErrors(diagnostics: context.diagnostics) }
        var fields = Fields(root, name: "the block", context: context)
        let block = Self(reading: &fields)
        guard context.errorCount == 0 else { throw ConfigurationErrors(diagnostics: context.diagnostics) }
        return block
    }
}
