package import HTTPWire
import EventLoop

/// Takes the answer to one request. Belongs to its connection's worker.
///
/// Either `send`, or `begin`, any number of `write`, and `finish` or `abort`. After the client has gone all of them do nothing.
package final class HTTPResponder: @unchecked Sendable {
    /// nil once the answer has ended or the client has gone; the connection says so.
    private var connection: HTTPConnection?
    /// nil where the request had no whole one.
    private let head: RequestHead?
    private var framing = ResponseFraming.none
    private var hasBegun = false
    private var hasEnded = false
    private var goneHandler: (() -> Void)?
    /// Made when the client first falls behind.
    private var roomSignal: LoopSignal?
    /// Bytes of the answer given to the socket so far or waiting for it, head included.
    package private(set) var bytesOut = 0

    init(connection: HTTPConnection, head: RequestHead?) {
        self.connection = connection
        self.head = head
    }

    package var isClientGone: Bool { connection == nil }

    /// Runs `handler` once if the client goes away before the answer has ended; at once if it already has.
    package func onClientGone(_ handler: @escaping () -> Void) {
        if connection == nil && !hasEnded { handler() } else { goneHandler = handler }
    }

    /// The whole answer. A HEAD request gets the head alone.
    @_disfavoredOverload
    package func send(status: Int, fields: [(String, String)], body: [UInt8]) {
        send(status: status, fields: fields.map { HeaderField($0.0, $0.1) }, body: body)
    }

    package func send(status: Int, fields: [HeaderField], body: [UInt8]) {
        guard let connection, !hasBegun else { return }
        hasBegun = true
        if body.count > HTTPConnection.joinedBytesMax, head?.method != .head {
            write(to: connection) { writeHead(status, fields, .length(body.count), connection, into: &$0) }
            if framing != .none { queue(body, connection) }
            return end(connection)
        }
        end(connection) {
            writeHead(status, fields, .length(body.count), connection, into: &$0)
            if head?.method != .head, framing != .none { $0.append(contentsOf: body) }
        }
    }

    /// The head of an answer whose length is not known yet.
    @_disfavoredOverload
    package func begin(status: Int, fields: [(String, String)]) { begin(status: status, fields: fields.map { HeaderField($0.0, $0.1) }) }

    package func begin(status: Int, fields: [HeaderField]) {
        guard let connection, !hasBegun else { return }
        hasBegun = true
        write(to: connection) { writeHead(status, fields, .chunked, connection, into: &$0) }
    }

    /// A piece of the answer, on its way to the client by the end of this turn of the loop; waits while the client is slow to read.
    ///
    /// - Returns: false when the client has gone.
    package func write(_ bytes: [UInt8]) async -> Bool {
        _ = writeAtOnce(bytes)
        return await room()
    }

    /// A piece of the answer, on its way to the client by the end of this turn of the loop.
    ///
    /// - Returns: whether more may follow; if not, `room` says when.
    package func writeAtOnce(_ bytes: [UInt8]) -> Bool {
        guard let connection else { return false }
        if !bytes.isEmpty, head?.method != .head, framing != .none {
            write(to: connection) {
                if framing == .chunked { ChunkedEncoder.appendChunk(bytes, to: &$0) } else { $0.append(contentsOf: bytes) }
            }
        }
        guard let waiting = self.connection else { return false }
        return !waiting.isAboveHighWater
    }

    /// Waits while the client is slow to read.
    ///
    /// - Returns: false when it has gone.
    package func room() async -> Bool {
        while let waiting = self.connection, waiting.isAboveHighWater {
            let signal = roomSignal ?? LoopSignal()
            roomSignal = signal
            await signal.wait()
        }
        return self.connection != nil
    }

    /// Ends a streamed answer well.
    package func finish() {
        guard let connection, hasBegun, !hasEnded else { return }
        end(connection) {
            if framing == .chunked, head?.method != .head { ChunkedEncoder.appendLast(to: &$0) }
        }
    }

    /// Ends a streamed answer so that the client sees that it is not whole: no last chunk, and the connection closed.
    ///
    /// - Parameter reset: whether to close with RST; unless said, only where nothing else tells the client.
    package func abort(reset: Bool? = nil) {
        guard let connection, !hasEnded else { return }
        hasEnded = true
        self.connection = nil
        goneHandler = nil
        connection.endVisibly(reset: reset ?? (framing != .chunked))
    }

    /// Bytes that go out as they are, before or in place of a head. For a provider that is made to misbehave.
    package func writeUnframed(_ bytes: [UInt8]) {
        guard let connection else { return }
        write(to: connection) { $0.append(contentsOf: bytes) }
        connection.flush()
    }

    /// Closes the connection after this answer. To be said before the answer begins.
    package func closeAfterwards() { connection?.closeAfterAnswer() }

    private func writeHead(
        _ status: Int, _ fields: [HeaderField], _ wanted: ResponseFraming, _ connection: HTTPConnection, into output: inout [UInt8]
    ) {
        framing = writeResponseHead(
            status: status, fields: fields, framing: wanted, keepAlive: connection.willKeepAlive, version: head?.version ?? .http11,
            date: connection.date,
            into: &output)
        if framing == .close { connection.closeAfterAnswer() }
    }

    private func queue(_ bytes: [UInt8], _ connection: HTTPConnection) {
        bytesOut += bytes.count
        connection.queue(bytes)
    }

    private func write(to connection: HTTPConnection, _ append: (inout [UInt8]) -> Void) {
        connection.write { count(append, into: &$0) }
    }

    private func end(_ connection: HTTPConnection, with append: (inout [UInt8]) -> Void = { _ in }) {
        guard !hasEnded else { return }
        hasEnded = true
        self.connection = nil
        goneHandler = nil
        connection.answered { count(append, into: &$0) }
    }

    private func count(_ append: (inout [UInt8]) -> Void, into output: inout [UInt8]) {
        let before = output.count
        append(&output)
        bytesOut += output.count - before
    }

    // MARK: - For the connection

    func clientWent() {
        connection = nil
        roomSignal?.signal()
        let handler = goneHandler
        goneHandler = nil
        if !hasEnded { handler?() }
    }

    func roomAgain() { roomSignal?.signal() }
}
