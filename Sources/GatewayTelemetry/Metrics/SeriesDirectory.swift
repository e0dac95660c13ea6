import Synchronization

/// The labels that one set of counters is kept for. All of them are names of the file.
enum SeriesKey: Hashable, Sendable {
    case traffic(route: String, model: String, provider: String)
    case route(String)
    case provider(String)
    case fallback(route: String, to: String)
}

/// Which label combinations exist, over all workers: the bound on what `/metrics` can grow to.
///
/// A worker asks when it meets a combination for the first time, never for one it knows. Once the directory is full it does not
/// change any more, so each worker takes it over whole and asks no more.
final class SeriesDirectory: Sendable {
    enum Answer {
        case admitted
        case full(Set<SeriesKey>)
    }

    private let keysMax: Int
    private let keys = Mutex<Set<SeriesKey>>([])

    init(keysMax: Int) {
        self.keysMax = keysMax
    }

    func admit(_ key: SeriesKey) -> Answer {
        keys.withLock { keys in
            if keys.contains(key) { return .admitted }
            guard keys.count < keysMax else { return .full(keys) }
            keys.insert(key)
            return .admitted
        }
    }
}
