extension LoadedConfiguration {
    /// What differs from a running configuration and takes effect only in a new process: a sentence for each, empty when a reload will do.
    package func restartOnlyChanges(from old: Configuration, _ oldReferences: ReferencedTexts) -> [String] {
        configuration.restartOnlyChanges(from: old).map { oldReferences.hidden(in: references.hidden(in: $0)) }
    }
}

extension Configuration {
    fileprivate func restartOnlyChanges(from old: Configuration) -> [String] {
        func count(_ workers: Int?) -> String { workers.map(String.init) ?? "the default" }
        var sentences: [String] = []
        if listen.address != old.listen.address {
            sentences.append("changing listen.address from \(old.listen.address) to \(listen.address) needs a restart")
        }
        if admin.address != old.admin.address {
            sentences.append("changing admin.address from \(old.admin.address) to \(admin.address) needs a restart")
        }
        if workers != old.workers {
            sentences.append("changing workers from \(count(old.workers)) to \(count(workers)) needs a restart")
        }
        return sentences
    }
}
