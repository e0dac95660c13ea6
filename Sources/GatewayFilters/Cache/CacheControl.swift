import HTTPWire

/// What a client says about caching.
///
/// - SeeAlso: RFC 9111, section 5.2.1
struct CacheControl {
    /// `no-cache`: a new answer, please. It may be kept.
    let wantsFresh: Bool
    /// `no-store`: neither look nor keep.
    let forbidsKeeping: Bool

    init(_ fields: HeaderFields) {
        guard fields.contains("cache-control") else {
            (wantsFresh, forbidsKeeping) = (false, false)
            return
        }
        let directives = Set(fields.elements(of: "cache-control").map { $0.lowercased() })
        wantsFresh = directives.contains("no-cache")
        forbidsKeeping = directives.contains("no-store")
    }
}
