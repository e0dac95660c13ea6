import EventLoop
import HTTPWire
import MonotonicClock

// What a client sends: heads, bodies, and what is wrong with them.
extension HTTPConnection {
    func takeHead() -> Bool {
        do {
            guard let (head, end) = try parser.parse(input, from: 0) else { return false }
            requestCount += 1
            if !head.keepAlive || requestCount >= limits.requestsPerConnection { closesAfterAnswer = true }
            guard fits(head) else { return true }
            if case .length(let count) = head.framing, count > 0, count == input.count - end {
                serveWhole(head, bodyFrom: end)
                return true
            }
            consume(end)
            guard head.framing != .none else {
                serve(head, [])
                return true
            }
            beginBody(head)
            return true
        } catch {
            refuse(error, nil)
            return true
        }
    }

    /// - Returns: false when the body that the head declares is too large: the request has been refused.
    private func fits(_ head: RequestHead) -> Bool {
        guard case .length(let count) = head.framing, count > limits.wire.bodyBytes else { return true }
        refuse(.bodyTooLarge, head)
        return false
    }

    /// The whole body came with the head and nothing behind it, as is usual: it needs no reader.
    private func serveWhole(_ head: RequestHead, bodyFrom start: Int) {
        let body = Array(input[start...])
        dropInput()
        guard holdsBody(body.count, of: head) else { return }
        serve(head, body)
    }

    private func beginBody(_ head: RequestHead) {
        deadline = endpoint.now.advanced(by: limits.bodyTimeout)
        state = .body(head, BodyReader(framing: head.framing, limits: limits.wire))
        if head.expectsContinue, input.isEmpty, head.version == .http11 {
            write { $0.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8) }
            if case .closed = state { return }
        }
        if case .length(0) = head.framing { serve(head, []) }
    }

    /// What came with the head, and bodies in chunks.
    func takeBody(_ head: RequestHead, _ reader: BodyReader) -> Bool {
        let end: Int
        do { end = try reader.take(input) } catch {
            refuse(error, head)
            return true
        }
        consume(end)
        guard holdsBody(end, of: head) else { return true }
        guard reader.isFinished else { return false }
        serve(head, reader.body)
        return true
    }

    /// A body of known length, straight from the socket.
    func readBody(_ head: RequestHead, _ reader: BodyReader) -> Bool {
        guard isReadable else { return false }
        do {
            let (count, mayHaveMore) = try reader.receive(from: descriptor)
            // What follows the body is left in the socket, and may have come with this edge.
            isReadable = mayHaveMore || isPeerClosed
            guard count > 0 else {
                clientWent()
                return false
            }
            if holdsBody(count, of: head), reader.isFinished { serve(head, reader.body) }
            return true
        } catch {
            isReadable = false
            if error != .wouldBlock { clientWent() }
            return false
        }
    }

    /// - Returns: false when there is no room for so many more bytes of bodies: the request has been refused.
    private func holdsBody(_ count: Int, of head: RequestHead) -> Bool {
        guard endpoint.bodyBudget.take(count) else {
            refuse(.noRoom, head)
            return false
        }
        bodyBytesTaken += count
        return true
    }

    private func consume(_ count: Int) {
        if count == input.count { dropInput() } else { input.removeFirst(count) }
    }

    /// Most connections are idle at most times: they share the memory that requests are read into.
    private func dropInput() {
        var buffer: [UInt8] = []
        swap(&buffer, &input)
        endpoint.inputBuffers.giveBack(buffer)
    }

    private func serve(_ head: RequestHead, _ body: [UInt8]) {
        let started = requestStarted ?? endpoint.now
        requestStarted = nil
        deadline = nil
        let responder = HTTPResponder(connection: self, head: head)
        state = .serving(responder)
        endpoint.service.serve(HTTPRequest(head: head, body: body, received: started, peer: peer), responder)
    }

    private func refuse(_ error: WireError, _ head: RequestHead?) { refuse(.broken(status: error.status, error.reason), head) }

    func refuse(_ reason: HTTPRefusal.Reason, _ head: RequestHead?) {
        let refusal = HTTPRefusal(reason: reason, head: head, bodyBytes: bodyBytesTaken, received: requestStarted ?? endpoint.now)
        requestStarted = nil
        deadline = nil
        closesAfterAnswer = true
        let responder = HTTPResponder(connection: self, head: head)
        state = .serving(responder)
        endpoint.service.refuse(refusal, responder)
    }

    /// Answers a request that is still arriving when the listener ends.
    func refuseUnfinished() {
        switch state {
        case .head where !input.isEmpty: refuse(.ending, nil)
        case .body(let head, _): refuse(.ending, head)
        case .head, .serving, .lingering, .closed: break
        }
    }
}
