import EventLoop
import HTTPWire
import MonotonicClock

/// One open HTTP/1.1 connection to a server: sends a request, reads its answer, and waits for the next request.
///
/// Registered once, for edges, for as long as it lives: no request costs a change of the epoll set. While its reader is behind, the
/// socket is watched but not read. What comes while no request is under way belongs to none: the connection is closed.
final class ClientConnection: EventHandler, TransferDriver, TurnEndHandler {
    private let channel: Channel
    private let siblings: IdleConnections
    private let loop: EventLoop
    private var transfer: CurlTransfer?
    private var reader: ResponseReader
    private var output = RequestOutput()
    private var isReadable = false
    private var isPeerClosed = false
    private var isClosed = false
    /// Whether the connection has carried a request before this one.
    private var isReused = false
    /// Whether a byte of the answer has come.
    private var hasReceived = false
    /// The server answered, or closed, before it had the whole request.
    private var isRequestCut = false
    private(set) var idleSince: Instant
    private var idleSinceRound = 0

    init(_ channel: Channel, _ siblings: IdleConnections, loop: EventLoop) {
        self.channel = channel
        self.siblings = siblings
        self.loop = loop
        reader = ResponseReader(headBytesMax: 1, isToHead: false)
        idleSince = loop.turnTime
    }

    // MARK: - One request

    func begin(_ transfer: CurlTransfer, _ message: RequestMessage, isReused: Bool) {
        self.transfer = transfer
        transfer.driver = self
        self.isReused = isReused
        hasReceived = false
        reader = ResponseReader(headBytesMax: message.answerHeadBytesMax, isToHead: message.isToHead)
        if !isReused, !loop.register(channel.socket, [.read, .write, .peerClosed, .edge], self) { return fail(.closedBeforeAnswer(code: 0)) }
        output.begin(message)
        loop.atEndOfTurn(tell: self)
    }

    func turnEnds() {
        if !output.isEmpty { flush() }
    }

    private func flush() {
        do {
            try output.flush(into: channel, spare: &siblings.spareBuffers)
        } catch {
            // It may have said why before it closed.
            stopSending()
            isReadable = true
            read()
        }
    }

    private func stopSending() {
        output.clear()
        isRequestCut = true
    }

    // MARK: - Events

    func ready(_ fileDescriptor: Int32, _ events: Readiness) {
        if events.contains(.peerClosed) || events.contains(.hangUp) || events.contains(.error) { isPeerClosed = true }
        if isPeerClosed || events.contains(.read) { isReadable = true }
        guard transfer != nil else { return readyWhileIdle() }
        if events.contains(.write), !output.isEmpty { flush() }
        read()
    }

    private func readyWhileIdle() {
        guard isReadable, !isClosed, !isSilent else { return }
        siblings.forget(self)
        close()
    }

    /// Whether there is nothing to read. A record of TLS that holds no data, such as a session ticket, is nothing.
    private var isSilent: Bool {
        do {
            _ = try channel.receive(into: &loop.scratch)
            return false
        } catch {
            guard error == .wouldBlock, !isPeerClosed else { return false }
            isReadable = false
            return true
        }
    }

    /// Whether an idle connection may carry a request.
    ///
    /// What came since it idles would have been an event by now, unless it idles since the last events were told. Then the socket is asked.
    ///
    /// - Parameter oldest: it must not have idled since before.
    func isUsable(since oldest: Instant) -> Bool {
        guard !isClosed, idleSince >= oldest else { return false }
        return (!isReadable && idleSinceRound != loop.eventRound) || isSilent
    }

    // MARK: - The answer

    private func read() {
        while isReadable, let transfer, transfer.hasRoom {
            do {
                let (count, mayHaveMore) = try channel.receive(into: &loop.scratch)
                isReadable = mayHaveMore || isPeerClosed
                guard count > 0 else { return peerClosed(transfer) }
                hasReceived = true
                received(count, transfer)
            } catch {
                isReadable = false
                if error != .wouldBlock { lost(transfer, code: CurlError.receiveFailed) }
            }
        }
    }

    private func received(_ count: Int, _ transfer: CurlTransfer) {
        let input = loop.scratch
        do throws(ResponseFault) {
            var at = 0
            if !reader.hasHead {
                guard let (head, end) = try reader.takeHead(input, 0..<count) else { return }
                at = end
                transfer.received(CurlHead(status: head.status, fields: head.fields))
                // The server has made up its mind without the rest of the request (RFC 9112, section 9.5).
                if !output.isEmpty, head.status >= 300 { stopSending() }
            }
            if at < count, !reader.isFinished {
                let from = at
                at = try transfer.received { body throws(ResponseFault) in try reader.takeBody(input, from..<count, into: &body) }
            }
            if reader.isFinished { complete(transfer, hasMore: at < count) }
        } catch {
            fail(CurlError(error))
        }
    }

    private func complete(_ transfer: CurlTransfer, hasMore: Bool) {
        self.transfer = nil
        isRequestCut = isRequestCut || !output.isEmpty
        output.clear()
        if reader.isFinished, reader.keepsConnection, !hasMore, !isRequestCut, !isPeerClosed {
            idleSince = loop.turnTime
            idleSinceRound = loop.eventRound
            if siblings.keep(self) { transfer.client.expectIdleness() } else { close() }
        } else {
            close()
        }
        transfer.client.finish(transfer, .success(()))
    }

    /// The server sends no more.
    private func peerClosed(_ transfer: CurlTransfer) {
        do throws(ResponseFault) {
            try reader.connectionEnded()
            complete(transfer, hasMore: false)
        } catch {
            lost(transfer, code: reader.hasHead ? CurlError.partial : CurlError.gotNothing)
        }
    }

    private func lost(_ transfer: CurlTransfer, code: Int) {
        if reader.hasHead { return fail(.cut(code: code)) }
        fail(isReused && !hasReceived ? .pooledConnectionEnded : .closedBeforeAnswer(code: code))
    }

    private func fail(_ error: CurlError) {
        guard let transfer else { return }
        close()
        transfer.client.finish(transfer, .failure(error))
    }

    // MARK: - The end

    func close() {
        guard !isClosed else { return }
        isClosed = true
        transfer = nil
        output.clear()
        loop.deregister(channel.socket)
        channel.close()
    }

    // MARK: - As the driver of a transfer

    func abandon() { close() }
    func resume() { read() }
}
