/// When a time zone's clocks stood how far from UTC, read from a compiled zone file.
///
/// A lookup is a search among some hundred numbers; nothing is read after `init`.
///
/// - SeeAlso: RFC 8536 (TZif)
package struct TimeZoneRules: Hashable, Sendable {
    package static let utc = TimeZoneRules(name: "UTC", starts: [], offsets: [0])

    /// The IANA name, such as `Europe/Berlin`.
    package let name: String
    /// Seconds since 1970 at which an offset begins; ascending.
    private let starts: [Int]
    /// Seconds east of UTC: the first before all of `starts`, each other from the start before it.
    private let offsets: [Int]

    init(name: String, starts: [Int], offsets: [Int]) {
        precondition(offsets.count == starts.count + 1, "each start has an offset, and there is one before them")
        self.name = name
        self.starts = starts
        self.offsets = offsets
    }

    /// - Returns: nil when `bytes` are no zone file of version 2 or later.
    package init?(name: String, compiled bytes: [UInt8]) {
        guard let file = TimeZoneFile(bytes) else { return nil }
        var (starts, offsets) = (file.starts, file.offsets)
        if let rule = TimeZoneRule(file.footer) {
            // What the file spells out ends somewhere; the rule goes on.
            let last = starts.last ?? .min
            for change in rule.changes(years: 1970...2100) where change.at > last {
                starts.append(change.at)
                offsets.append(change.offset)
            }
        }
        self.init(name: name, starts: starts, offsets: offsets)
    }

    /// Seconds east of UTC.
    ///
    /// - Parameter time: seconds since 1970.
    package func offset(at time: Int) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return offsets[low]
    }

    /// The moment at which clocks first show `local`, given as seconds since 1970 on them. Where they skip it, the moment of the skip.
    package func time(ofLocal local: Int) -> Int {
        let day = 86_400
        let before = local - offset(at: local - day)
        let after = local - offset(at: local + day)
        let shown = [before, after].filter { $0 + offset(at: $0) == local }
        return shown.min() ?? max(before, after)
    }
}
