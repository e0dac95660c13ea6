/// The access log as one worker writes it. Belongs to that worker.
package final class AccessLog {
    private let writer: LogWriter
    private let settings: LogSettings
    private let worker: Int
    /// The line being built: it reaches the lane finished, so that the lane's lock is held for one copy.
    private let line = LineBuffer()

    package init(writer: LogWriter, settings: LogSettings, worker: Int) {
        self.writer = writer
        self.settings = settings
        self.worker = worker
    }

    /// False when no line of any request would be written, so that the entry need not be made.
    package var isOn: Bool { settings.writesAccessLines }

    package func write(_ entry: AccessLogEntry) {
        guard isOn, entry.level >= settings.level else { return }
        line.clear()
        entry.append(to: line)
        writer.append(line, worker: worker)
    }
}
