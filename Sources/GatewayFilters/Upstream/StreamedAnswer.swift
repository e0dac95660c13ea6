import GatewayCore
import GatewayDialects
import MonotonicClock

/// A streamed answer on its way from a provider, judged event by event.
///
/// Until `begin` returns nothing has reached the client, and any failure may be mended by asking again. After it the answer is this
/// provider's, and a failure ends it.
final class StreamedAnswer: BodySource {
    /// Bytes that are held back in wait for content. A longer preamble is let go: its target is taken to be the right one.
    private static let preambleBytesMax = 256 << 10

    private let answer: any UpstreamAnswer
    private let provider: Provider
    private let exchange: Exchange
    private let price: Price?
    private let lease: TargetLease
    private let idle: Duration
    private var stream: any AnswerStream
    private var ready: [BodyChunk] = []
    /// What is thrown once `ready` is empty.
    private var failure: GatewayError?
    private var isClosed = false
    private var hasBegun = false
    private var isSettled = false
    /// How long the provider has been waited for since its last event.
    private var silence = Duration.zero
    private var waitingSince: Instant

    /// - Parameter idle: longest wait for an event. Comments, which a provider's front door can send for ever, do not count as one.
    init(_ answer: any UpstreamAnswer, as form: AttemptAnswer, price: Price? = nil, lease: TargetLease, idle: Duration) {
        self.answer = answer
        provider = form.provider
        exchange = form.exchange
        self.price = price
        self.lease = lease
        self.idle = idle
        stream = form.stream
        waitingSince = form.exchange.worker.now
    }

    /// Reads on until the model has said something.
    func begin(by deadline: Instant) async throws(GatewayError) {
        answer.awaitContent(until: deadline)
        defer {
            answer.awaitContent(until: nil)
            silence = .zero
            hasBegun = true
        }
        var held = 0
        while !stream.hasContent, !stream.hasEnded, !isClosed, held <= Self.preambleBytesMax {
            do { held += try await read() } catch { throw gaveUp(error) }
            if let failure, !stream.hasContent { throw gaveUp(failure) }
        }
        ready = joined(ready)
    }

    func next() async throws(GatewayError) -> BodyChunk? {
        while ready.isEmpty {
            if let failure { throw end(with: failure) }
            if isClosed {
                endWell()
                return nil
            }
            do { _ = try await read() } catch { failure = error }
        }
        return takeReady()
    }

    func pass(to take: @escaping (BodyChunk) -> Bool) async throws(GatewayError) -> Bool {
        while handOut(to: take) {
            if let failure { throw end(with: failure) }
            if isClosed {
                endWell()
                return true
            }
            var wantsMore = true
            waitingSince = exchange.worker.now
            do {
                let isAtEnd = try await answer.pass { [self] bytes in
                    received(bytes)
                    wantsMore = handOut(to: take)
                    waitingSince = exchange.worker.now
                    return wantsMore && failure == nil
                }
                if isAtEnd { received(nil) }
            } catch {
                do { try broke(off: error) } catch { failure = error }
            }
            if !wantsMore { return false }
        }
        return false
    }

    /// - Returns: false once `take` has.
    private func handOut(to take: (BodyChunk) -> Bool) -> Bool {
        while !ready.isEmpty {
            guard take(takeReady()) else { return false }
        }
        return true
    }

    private func takeReady() -> BodyChunk { ready.count == 1 ? ready.removeLast() : ready.removeFirst() }

    private func endWell() {
        settle(isWhole: true)
        lease.end(.succeeded, now: exchange.worker.now)
    }

    func cancel() {
        guard !isSettled else { return }
        answer.cancel()
        settle(isWhole: stream.hasEnded)
        if !stream.hasEnded { exchange.record.attemptEnded(.clientGone) }
        lease.end(stream.hasEnded ? .succeeded : .unknown, now: exchange.worker.now)
    }

    /// Takes in what the provider sent next.
    ///
    /// - Returns: how many bytes it was.
    private func read() async throws(GatewayError) -> Int {
        waitingSince = exchange.worker.now
        do {
            let bytes = try await answer.next()
            received(bytes)
            return bytes?.count ?? 0
        } catch {
            try broke(off: error)
            return 0
        }
    }

    private func broke(off error: GatewayError) throws(GatewayError) {
        noteWait()
        // Behind the end mark there is nothing to lose.
        guard stream.hasEnded, exchange.cancellation.error == nil else { throw error }
        answer.cancel()
        takeIn(nil)
    }

    /// - Parameter bytes: nil at the body's end.
    private func received(_ bytes: [UInt8]?) {
        noteWait()
        takeIn(bytes)
    }

    private func takeIn(_ bytes: [UInt8]?) {
        let step = bytes.map { stream.received($0) } ?? stream.closed()
        ready += step.chunks
        isClosed = bytes == nil
        failure = step.fault.map(error) ?? idleFailure(step.isProgress || stream.hasEnded)
        // Said once, mostly: an event that says nothing new is not reckoned again.
        if let usage = stream.usage, usage != exchange.record.usage { exchange.record.attemptUsed(usage, at: price) }
    }

    private func noteWait() {
        let waited = waitingSince.duration(to: exchange.worker.now)
        exchange.record.upstreamTime += waited
        silence += waited
    }

    private func idleFailure(_ isProgress: Bool) -> GatewayError? {
        if isProgress { silence = .zero }
        guard hasBegun, silence > idle else { return nil }
        return .upstreamTimedOut(provider: provider.name, phase: .idle, afterMilliseconds: idle.milliseconds)
    }

    private func end(with error: GatewayError) -> GatewayError {
        answer.cancel()
        settle(isWhole: false)
        exchange.record.attemptEnded(error.kind)
        lease.end(error.targetOutcome, now: exchange.worker.now)
        return error
    }

    /// An attempt that ends before the model has said anything may still be billed.
    private func gaveUp(_ error: GatewayError) -> GatewayError {
        if error.mayBeBilled { settle(isWhole: false) }
        return error
    }

    /// Writes down what the answer cost, once.
    private func settle(isWhole: Bool) {
        guard !isSettled else { return }
        isSettled = true
        let usage = TokenEstimate.usage(reported: stream.usage, isWhole: isWhole, textBytes: stream.textBytes, of: exchange)
        if usage != exchange.record.usage { exchange.record.attemptUsed(usage, at: price) }
    }

    private func error(_ fault: AnswerFault) -> GatewayError {
        switch fault {
        case .errorEvent(let status, let event):
            .errorEvent(from: provider, status: status, event: event)
        case .broken(let reason): .upstreamBroken(provider: provider.name, reason: reason)
        case .cut: .upstreamCut(provider: provider.name)
        }
    }

    /// Pieces that arrived apart leave as one; events that may be left out stay apart.
    private func joined(_ chunks: [BodyChunk]) -> [BodyChunk] {
        var result: [BodyChunk] = []
        for chunk in chunks {
            if let last = result.indices.last, !result[last].isUsageOnly, !chunk.isUsageOnly {
                result[last].bytes += chunk.bytes
            } else {
                result.append(chunk)
            }
        }
        return result
    }
}

extension Duration {
    var milliseconds: Int { Int(clamping: components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
