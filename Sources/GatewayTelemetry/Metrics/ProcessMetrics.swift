/// What the kernel says about this process. What cannot be read is left out of the page.
struct ProcessMetrics: Equatable {
    var residentBytes: UInt64?
    var virtualBytes: UInt64?
    var cpuSeconds: Double?
    var startTimeSeconds: Double?
    var openDescriptors: Int?
    var descriptorsMax: UInt64?

    static func read() -> ProcessMetrics {
        var metrics = ProcessMetrics()
        if let stat = POSIX.contents(of: "/proc/self/stat") {
            metrics.readStat(
                stat, ticksPerSecond: Double(POSIX.clockTicksPerSecond), pageBytes: UInt64(POSIX.pageBytes),
                bootSeconds: machineStarted)
        }
        // The descriptor that lists the folder is in the list.
        metrics.openDescriptors = POSIX.entryCount(of: "/proc/self/fd").map { $0 - 1 }
        metrics.descriptorsMax = POSIX.descriptorLimit()
        return metrics
    }

    /// Read once: a clock that is being set would move the start of the process with it, which looks like a restart.
    private static let machineStarted = POSIX.contents(of: "/proc/stat").flatMap(bootSeconds)

    /// Reads `/proc/[pid]/stat`. Its second field is the name of the program, which may hold anything: fields count from the last `)`.
    ///
    /// - SeeAlso: proc(5): 14 utime, 15 stime, 22 starttime, 23 vsize, 24 rss.
    mutating func readStat(_ bytes: [UInt8], ticksPerSecond: Double, pageBytes: UInt64, bootSeconds: UInt64?) {
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")), ticksPerSecond > 0 else { return }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        func field(_ number: Int) -> UInt64? { number - 3 < fields.count ? UInt64(fields[number - 3]) : nil }
        if let user = field(14), let system = field(15) { cpuSeconds = Double(user &+ system) / ticksPerSecond }
        if let start = field(22), let bootSeconds { startTimeSeconds = Double(bootSeconds) + Double(start) / ticksPerSecond }
        virtualBytes = field(23)
        residentBytes = field(24).map { $0.multipliedReportingOverflow(by: pageBytes).partialValue }
    }

    /// The line `btime` of `/proc/stat`: seconds since 1970 at which the machine started.
    static func bootSeconds(in stat: [UInt8]) -> UInt64? {
        for line in stat.split(separator: UInt8(ascii: "\n")) where line.starts(with: "btime ".utf8) {
            return UInt64(String(decoding: line.dropFirst(6), as: UTF8.self))
        }
        return nil
    }
}
