import Testing

@testable import GatewayServer

@Suite("The limits of the process")
struct ProcessLimitsTests {
    private func limits(_ files: [String: String], processors: Int = 64) -> ProcessLimits {
        ProcessLimits(processors: processors, descriptors: 1024) { files[$0] }
    }

    @Test(arguments: [("50000 100000", 500, 1), ("100000 100000", 1000, 1), ("150000 100000", 1500, 2), ("400000 50000", 8000, 8)])
    func `a version 2 quota is rounded up to workers`(text: String, milliCPUs: Int, workers: Int) {
        let found = limits(["/sys/fs/cgroup/cpu.max": text + "\n"])

        #expect(found.milliCPUs == milliCPUs)
        #expect(found.workers == workers)
    }

    @Test func `without a quota every processor gets a worker`() {
        #expect(limits(["/sys/fs/cgroup/cpu.max": "max 100000\n"]).workers == 64)
        #expect(limits([:], processors: 2).workers == 2)
    }

    @Test func `the tightest of the groups above counts`() {
        let found = limits([
            "/proc/self/cgroup": "0::/pod/weir\n", "/sys/fs/cgroup/cpu.max": "max 100000", "/sys/fs/cgroup/pod/cpu.max": "100000 100000",
            "/sys/fs/cgroup/pod/weir/cpu.max": "250000 100000", "/sys/fs/cgroup/pod/memory.max": "max",
            "/sys/fs/cgroup/pod/weir/memory.max": "268435456",
        ])

        #expect(found.milliCPUs == 1000)
        #expect(found.memoryBytes == 256 << 20)
    }

    @Test func `version 1 files are read where there is no version 2`() {
        let found = limits([
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
        ])

        #expect(found.milliCPUs == 1500)
        #expect(found.memoryBytes == 512 << 20)
    }

    @Test func `no quota and no memory limit in version 1 are not taken for limits`() {
        let found = limits([
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ])

        #expect(found.milliCPUs == nil)
        #expect(found.memoryBytes == nil)
    }

    @Test func `a file that is not what it should be is no limit`() {
        #expect(limits(["/sys/fs/cgroup/cpu.max": "banana", "/sys/fs/cgroup/memory.max": ""]).milliCPUs == nil)
        #expect(limits(["/sys/fs/cgroup/cpu.max": "100 0"]).milliCPUs == nil)
    }
}
