import MonotonicClock

/// Answers in the order of their last use, within a number of bytes.
///
/// A list linked through the places of an array: using, adding and evicting take constant time.
struct CacheShard {
    private struct Node {
        let key: CacheKey
        var answer: StoredAnswer?
        var older: Int
        var newer: Int
    }

    private static let none = -1

    private let bytesMax: Int
    private var places: [CacheKey: Int] = [:]
    private var nodes: [Node] = []
    private var freePlaces: [Int] = []
    private var newest = none
    private var oldest = none
    private(set) var byteCount = 0

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    var count: Int { places.count }
    /// Without those that only say where an answer is.
    private(set) var answerCount = 0

    mutating func answer(for key: CacheKey, now: Instant) -> StoredAnswer? {
        guard let place = places[key], let answer = nodes[place].answer else { return nil }
        unlink(place)
        guard answer.age(at: now) < answer.lifetime else {
            forget(place)
            return nil
        }
        linkAsNewest(place)
        return answer
    }

    /// Makes room by evicting what was not used for longest.
    ///
    /// - Returns: what was evicted or replaced, for the caller to drop after it has let go of its lock.
    mutating func keep(_ answer: StoredAnswer, for key: CacheKey) -> [StoredAnswer] {
        var dropped: [StoredAnswer] = []
        if let place = places[key] { dropped += remove(place) }
        guard answer.byteCount <= bytesMax else { return dropped }
        while byteCount > bytesMax - answer.byteCount, oldest != Self.none { dropped += remove(oldest) }
        let node = Node(key: key, answer: answer, older: Self.none, newer: Self.none)
        let place: Int
        if let free = freePlaces.popLast() {
            place = free
            nodes[place] = node
        } else {
            place = nodes.count
            nodes.append(node)
        }
        places[key] = place
        byteCount += answer.byteCount
        if answer.alias == nil { answerCount += 1 }
        linkAsNewest(place)
        return dropped
    }

    /// The same, if `old` is what is kept and `answer` fits; else nothing changes.
    mutating func replace(_ old: StoredAnswer, with answer: StoredAnswer, for key: CacheKey) -> [StoredAnswer] {
        guard let place = places[key], nodes[place].answer === old, answer.byteCount <= bytesMax else { return [] }
        return keep(answer, for: key)
    }

    /// - Returns: what was removed, for the caller to drop after it has let go of its lock.
    mutating func remove(where isGone: (StoredAnswer) -> Bool) -> [StoredAnswer] {
        let gone = places.values.filter { nodes[$0].answer.map(isGone) ?? false }
        return gone.flatMap { remove($0) }
    }

    private mutating func remove(_ place: Int) -> [StoredAnswer] {
        let answer = nodes[place].answer
        unlink(place)
        forget(place)
        return answer.map { [$0] } ?? []
    }

    /// Of a place that is in no list any more.
    private mutating func forget(_ place: Int) {
        byteCount -= nodes[place].answer?.byteCount ?? 0
        if nodes[place].answer?.alias == nil { answerCount -= 1 }
        places[nodes[place].key] = nil
        nodes[place].answer = nil
        freePlaces.append(place)
    }

    private mutating func linkAsNewest(_ place: Int) {
        nodes[place].older = newest
        nodes[place].newer = Self.none
        if newest == Self.none { oldest = place } else { nodes[newest].newer = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (nodes[place].older, nodes[place].newer)
        if older == Self.none { oldest = newer } else { nodes[older].newer = newer }
        if newer == Self.none { newest = older } else { nodes[newer].older = older }
    }
}
