/// How much of a limit is in use.
package struct LimitInUse: Equatable, Sendable {
    package let name: String
    /// Of `limit`, in its unit; spent and held together.
    package let used: Int
    package let limit: Int

    package init(name: String, used: Int, limit: Int) {
        self.name = name
        self.used = used
        self.limit = limit
    }

    /// Whether at least so much of it is in use.
    package func isSpent(percent: Int) -> Bool {
        let (share, isTooLarge) = used.multipliedReportingOverflow(by: 100)
        return isTooLarge || share / max(1, limit) >= percent
    }
}
