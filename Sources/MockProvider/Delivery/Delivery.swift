import EventLoop
import HTTPServer
import HTTPWire

/// Gives one answer to one client, as slowly and as badly as was asked. Belongs to the loop's thread.
final class Delivery: @unchecked Sendable {
    let directives: Directives
    let responder: HTTPResponder
    private let isHead: Bool
    private let signal = LoopSignal()
    private let loop: EventLoop
    private var timer: LoopTimer?
    private(set) var isGone = false

    init(_ request: MockRequest, to responder: HTTPResponder, on loop: EventLoop) {
        directives = request.directives
        isHead = request.method == .head
        self.responder = responder
        self.loop = loop
    }

    /// Returns when the answer is out, was cut as asked, or nobody wants it any more.
    func run(_ answer: MockAnswer) async {
        responder.onClientGone { [self] in
            isGone = true
            signal.signal()
        }
        await pause(directives.delay)
        guard !isGone else { return }
        if await endedBeforeHead() { return }
        for _ in 0..<directives.interimAnswers { responder.writeUnframed(Array("HTTP/1.1 103 Early Hints\r\nlink: </mock>\r\n\r\n".utf8)) }
        if directives.closes { responder.closeAfterwards() }
        switch answer.body {
        case .whole(let body): await deliver(body, answer)
        case .events(let events): await deliver(events, answer)
        }
    }

    private func endedBeforeHead() async -> Bool {
        if directives.hangs {
            await waitForEnd()
        } else if directives.cutsBeforeHead {
            responder.abort(reset: false)
        } else if directives.resets, directives.cutAfterBytes == nil {
            responder.abort(reset: true)
        } else if directives.garbage {
            responder.writeUnframed(Array("SSH-2.0-mock\r\n\u{0}\u{1}\u{2} this is no HTTP\r\n\r\n".utf8))
            responder.abort(reset: false)
        } else if directives.switchesProtocol {
            responder.writeUnframed(Array("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: mock\r\n\r\n".utf8))
            await waitForEnd()
        } else {
            return false
        }
        return true
    }

    // MARK: - One body

    private func deliver(_ body: [UInt8], _ answer: MockAnswer) async {
        if let cut = directives.cutAfterBytes {
            var bytes: [UInt8] = []
            writeResponseHead(
                status: answer.status, fields: answer.fields.map { HeaderField($0.0, $0.1) }, framing: .length(body.count), keepAlive: true,
                into: &bytes)
            responder.writeUnframed(bytes + body.prefix(cut))
            return responder.abort(reset: directives.resets)
        }
        if directives.hangsAfterHead {
            responder.begin(status: answer.status, fields: answer.fields)
            return await flushAndHang()
        }
        guard let step = directives.dripBytes, !isHead else {
            return responder.send(status: answer.status, fields: answer.fields, body: body)
        }
        responder.begin(status: answer.status, fields: answer.fields)
        for start in stride(from: 0, to: body.count, by: max(1, step)) {
            await pause(directives.interval)
            guard await responder.write(Array(body[start..<min(body.count, start + max(1, step))])) else { return }
        }
        responder.finish()
    }

    // MARK: - A stream

    private func deliver(_ events: MockEvents, _ answer: MockAnswer) async {
        responder.begin(status: answer.status, fields: answer.fields)
        if directives.hangsAfterHead { return await flushAndHang() }
        var bytesLeft = directives.cutAfterBytes ?? .max
        for place in 0..<events.count {
            if place > 0 { await pause(directives.interval) }
            // A stream as fast as it goes, to a reader that keeps up, would have the loop for itself.
            if place % 64 == 63 { await Task.yield() }
            let pieces = place - events.opening.count
            if directives.hangsAfterChunks == pieces { return await flushAndHang() }
            if let bad = directives.errorEventAfter, pieces == bad || (bad == 0 && place == 0) {
                guard await write(events.failure) else { return }
                return responder.finish()
            }
            let event = directives.garbageBody && pieces == 0 ? Array("data: {\"id\":\"chatcmpl-1\",\"choi\n\n".utf8) : events[place]
            guard await write(Array(event.prefix(bytesLeft))) else { return }
            bytesLeft -= min(bytesLeft, event.count)
            if bytesLeft == 0 { return responder.abort(reset: directives.resets) }
        }
        responder.finish()
    }

    private func write(_ event: [UInt8]) async -> Bool {
        guard let step = directives.dripBytes else { return await responder.write(event) }
        for start in stride(from: 0, to: event.count, by: max(1, step)) {
            await pause(directives.interval)
            guard await responder.write(Array(event[start..<min(event.count, start + max(1, step))])) else { return false }
        }
        return true
    }

    // MARK: - Waiting

    /// Until the client goes away.
    private func waitForEnd() async {
        while !isGone { await signal.wait() }
    }

    private func flushAndHang() async {
        _ = await responder.write([])
        responder.writeUnframed([])
        await waitForEnd()
    }

    /// Ends early when the client goes away.
    private func pause(_ time: Duration) async {
        guard time > .zero, !isGone else { return }
        signal.reset()
        let timer = timer ?? LoopTimer(on: loop) { [signal] in signal.signal() }
        self.timer = timer
        timer.schedule(after: time)
        await signal.wait()
        timer.cancel()
    }
}
