import YAMLReader

/// Where a file says what takes effect only in a new process: a key's value, or what is nearest above it where the key is missing.
struct RestartPlaces: Sendable {
    let file: String
    let listenAddress: Position
    let adminAddress: Position
    let workers: Position

    init(in places: Places, file: String) {
        self.file = file
        listenAddress = places["listen", "address"]
        adminAddress = places["admin", "address"]
        workers = places["workers"]
    }
}

extension LoadedConfiguration {
    /// What differs from a running configuration and takes effect only in a new process: an error for each, empty when a reload will do.
    package func restartOnlyChanges(from old: Configuration, _ oldReferences: ReferencedTexts) -> [Diagnostic] {
        func count(_ workers: Int?) -> String { workers.map(String.init) ?? "the default" }
        let new = configuration
        return [
            change("listen.address", from: old.listen.address.description, to: new.listen.address.description, at: restartPlaces.listenAddress),
            change("admin.address", from: old.admin.address.description, to: new.admin.address.description, at: restartPlaces.adminAddress),
            change("workers", from: count(old.workers), to: count(new.workers), at: restartPlaces.workers),
        ].compactMap { $0 }.map { $0.hiding(references).hiding(oldReferences) }
    }

    private func change(_ key: String, from old: String, to new: String, at place: Position) -> Diagnostic? {
        guard old != new else { return nil }
        return Diagnostic(
            file: restartPlaces.file, line: place.line, column: place.column, severity: .error,
            message: "changing \(key) from \(old) to \(new) needs a restart", hint: nil)
    }
}

extension Diagnostic {
    fileprivate func hiding(_ references: ReferencedTexts) -> Diagnostic {
        Diagnostic(file: file, line: line, column: column, severity: severity, message: references.hidden(in: message), hint: hint)
    }
}
