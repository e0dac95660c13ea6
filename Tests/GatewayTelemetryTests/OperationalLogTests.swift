import Foundation
import GatewayCore
import Testing

@testable import GatewayTelemetry

@Suite("The gateway's own log")
struct OperationalLogTests {
    private let pipe = LogPipe()
    private let settings = LogSettings()

    private func log() -> OperationalLog {
        OperationalLog(writer: LogWriter(descriptor: pipe.writing, workers: 1), settings: settings, now: { 1_763_549_102_123 })
    }

    @Test func `writes an event as one line of JSON, at once`() {
        log().warning(
            "reload refused", ("file", .string("gateway.yaml")), ("mistakes", .int(2)), ("live", .bool(true)),
            ("took_ms", .duration(.microseconds(1_250))), ("diagnostics", .strings(["a\n", "b"])))

        #expect(
            pipe.readLines(1) == [
                #"{"ts":"2025-11-19T10:45:02.123Z","level":"warning","msg":"reload refused","file":"gateway.yaml","mistakes":2,"#
                    + #""live":true,"took_ms":1.250,"diagnostics":["a\n","b"]}"#
            ])
    }

    @Test func `leaves out what is less severe than the file asks for, from the next line on`() {
        let log = log()

        log.debug("hidden")
        settings.level = .error
        log.warning("hidden too")
        settings.level = .debug
        log.debug("shown")

        #expect(pipe.readLines(1).map { $0.contains("shown") } == [true])
    }

    @Test func `says what every log must hold whatever the level`() {
        settings.level = .error

        log().always("weir is listening", ("workers", .int(2)))

        #expect(pipe.readLines(1).map { $0.contains(#""level":"info","msg":"weir is listening","workers":2"#) } == [true])
    }

    @Test func `cannot be forged by a field's name or value`() throws {
        log().error("x\n{}", ("na\"me\n", .string("\u{2028}\u{1B}[0m")))

        let lines = pipe.readLines(1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(object["na\"me\n"] as? String == "\u{2028}\u{1B}[0m")
        #expect(lines.count == 1)
    }

    @Test func `writes access lines only when the file asks for them and they are severe enough`() {
        let writer = LogWriter(descriptor: pipe.writing, workers: 1)
        let access = AccessLog(writer: writer, settings: settings, worker: 0)

        access.write(.sample(path: "/first"))
        settings.writesAccessLines = false
        access.write(.sample(path: "/second"))
        settings.writesAccessLines = true
        settings.level = .warning
        access.write(.sample(path: "/third"))
        access.write(.sample(path: "/fourth", record: .sample(blame: .upstream)))
        writer.flush(within: .seconds(30))

        let lines = String(decoding: pipe.read(), as: UTF8.self).split(separator: "\n")
        #expect(lines.map { line in ["/first", "/second", "/third", "/fourth"].filter { line.contains("\"\($0)\"") } } == [["/first"], ["/fourth"]])
    }
}
