/// The CPUs and the memory that the container may use, read from its cgroup, and the descriptors that the process may have.
///
/// Swift and Dispatch see a version 1 quota at most, and no memory limit at all: on a large node a small sidecar would size itself for
/// the node (conventions.md, section 0.2).
package struct ProcessLimits: Equatable, Sendable {
    /// CPUs by the cgroup's quota, in thousandths; nil without a quota.
    package let milliCPUs: Int?
    /// nil without a limit.
    package let memoryBytes: Int?
    /// The processors that the process may run on.
    package let processors: Int
    /// Files and sockets that may be open at once.
    package let descriptors: Int

    package init(milliCPUs: Int?, memoryBytes: Int?, processors: Int, descriptors: Int) {
        self.milliCPUs = milliCPUs
        self.memoryBytes = memoryBytes
        self.processors = processors
        self.descriptors = descriptors
    }

    /// Workers to start when the file does not say: the quota rounded up, at least 1, at most the processors.
    package var workers: Int {
        guard let milliCPUs else { return max(1, processors) }
        return max(1, min(processors, (milliCPUs + 999) / 1000))
    }

    /// - Parameter read: the text of a file; nil when there is none.
    package init(processors: Int, descriptors: Int, read: (String) -> String?) {
        let root = "/sys/fs/cgroup"
        let own = Self.ownGroup(read("/proc/self/cgroup"))
        // Inside a container the own group is mounted at the root; outside, every group above counts too.
        let groups = Self.withAncestors(own).map { root + $0 }
        milliCPUs = (groups.compactMap { Self.quotaV2(read($0 + "/cpu.max")) } + [Self.quotaV1(root, read)].compactMap { $0 }).min()
        let limits =
            groups.compactMap { Self.number(read($0 + "/memory.max")) }
            + [Self.number(read(root + "/memory/memory.limit_in_bytes"))].compactMap { $0 }
        memoryBytes = limits.filter { $0 < 1 << 60 }.min()
        self.processors = processors
        self.descriptors = descriptors
    }

    /// `0::/some/path` of version 2.
    private static func ownGroup(_ text: String?) -> String {
        for line in (text ?? "").split(separator: "\n") where line.hasPrefix("0::") { return String(line.dropFirst(3)) }
        return "/"
    }

    private static func withAncestors(_ group: String) -> [String] {
        var paths = [""]
        var path = ""
        for part in group.split(separator: "/") where part != ".." {
            path += "/" + part
            paths.append(path)
        }
        return paths
    }

    /// `50000 100000`, or `max 100000`.
    private static func quotaV2(_ text: String?) -> Int? {
        guard let parts = text?.split(whereSeparator: \.isWhitespace), parts.count == 2, let quota = Int(parts[0]), let period = Int(parts[1]),
            period > 0
        else { return nil }
        return quota * 1000 / period
    }

    private static func quotaV1(_ root: String, _ read: (String) -> String?) -> Int? {
        guard let quota = number(read(root + "/cpu/cpu.cfs_quota_us")), quota > 0, let period = number(read(root + "/cpu/cpu.cfs_period_us")),
            period > 0
        else { return nil }
        return quota * 1000 / period
    }

    private static func number(_ text: String?) -> Int? {
        text.flatMap { Int($0.filter { !$0.isWhitespace }) }
    }
}
