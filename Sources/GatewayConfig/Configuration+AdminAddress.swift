import YAMLReader

extension Configuration {
    /// The admin address that a file gives, whatever mistakes stand elsewhere in it: for commands that look for the gateway that runs.
    package static func adminAddress(path: String, environment: ConfigEnvironment = .process) throws(ConfigurationErrors) -> ListenAddress {
        try adminAddress(try readFile(path, environment), file: path, folder: folder(of: path), environment: environment)
    }

    package static func adminAddress(
        _ bytes: [UInt8], file: String, folder: String = "", environment: ConfigEnvironment = .process
    ) throws(ConfigurationErrors) -> ListenAddress {
        let context = ReadingContext(file: file, folder: folder, environment: environment)
        let document = YAMLDocument(reading: bytes)
        guard let root = document.root else {
            context.report(document.problems)
            throw ConfigurationErrors(diagnostics: context.diagnostics)
        }
        var fields = Fields(root, name: "the configuration", context: context)
        let address = fields.optionalBlock("admin") { AdminConfig.address(&$0) }
        guard context.errorCount == 0 else { throw ConfigurationErrors(diagnostics: context.diagnostics) }
        return address ?? AdminConfig.standardAddress
    }
}
