/// A process as the kernel describes it.
struct RunningProcess {
    /// The name of its executable, without folders.
    let executable: String
    /// When it started, in clock ticks since the machine did: together with the number it tells a process from every other.
    let startTicks: Int

    /// - SeeAlso: proc_pid_stat(5): the name, in parentheses, may hold anything; the start is the 20th field behind it.
    init?(executable: String, stat: String) {
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 20, let ticks = Int(fields[20]) else { return nil }
        // An executable that was replaced while it runs is shown as "weir (deleted)".
        self.executable = executable.split(separator: "/").last?.split(separator: " ").first.map(String.init) ?? ""
        startTicks = ticks
    }

    var isWeir: Bool { executable == "weir" }
}
