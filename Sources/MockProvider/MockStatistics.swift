import JSONBytes

/// What the mock provider has seen since it started or was reset.
struct MockStatistics {
    var requests = 0
    /// Answers under way: being waited for, streamed, or hanging.
    var openAnswers = 0
    /// Clients that went away before their answer was whole.
    var aborted = 0
    private(set) var countsByID: [String: Int] = [:]
    private static let idsMax = 10_000

    /// - Returns: how many requests came under this id, this one included.
    mutating func count(_ id: String) -> Int {
        guard countsByID[id] != nil || countsByID.count < Self.idsMax else { return 0 }
        countsByID[id, default: 0] += 1
        return countsByID[id, default: 0]
    }

    mutating func reset() {
        let open = openAnswers
        self = MockStatistics()
        openAnswers = open
    }

    func json(connections: Int) -> JSONValue {
        var ids = JSONObject()
        for (id, count) in countsByID.sorted(by: { $0.key < $1.key }) { ids[id] = JSONValue(count) }
        return [
            "requests": JSONValue(requests), "open_connections": JSONValue(connections), "open_streams": JSONValue(openAnswers),
            "aborted": JSONValue(aborted), "by_id": JSONValue(ids),
        ]
    }
}
