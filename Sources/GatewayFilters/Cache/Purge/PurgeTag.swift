/// What an answer belongs to, for `weir cache purge`, and as of when.
package struct PurgeTag: Equatable, Sendable {
    package var route: String
    /// Whose request brought it; nil: that of a caller without a key.
    package var caller: String?
    /// `PurgeMarks.Marks.latest` when its call began: purged if there has been a later purge of its kind since.
    package var mark: Int

    package init(route: String = "", caller: String? = nil, mark: Int = 0) {
        self.route = route
        self.caller = caller
        self.mark = mark
    }
}
