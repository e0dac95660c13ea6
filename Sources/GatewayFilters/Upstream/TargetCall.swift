import GatewayCore
import GatewayDialects
import HTTPWire
import MonotonicClock

/// One attempt: asks one target once, and returns when there is an answer that nothing may replace any more.
final class TargetCall {
    private let exchange: Exchange
    private let target: Target
    private let transform: RequestTransform
    private let timeouts: UpstreamTimeouts
    private let ejection: EjectionPolicy?
    private let isOnFreshConnection: Bool

    init(
        exchange: Exchange, target: Target, transform: RequestTransform, timeouts: UpstreamTimeouts, ejection: EjectionPolicy?,
        isOnFreshConnection: Bool
    ) {
        self.exchange = exchange
        self.target = target
        self.transform = transform
        self.timeouts = timeouts
        self.ejection = ejection
        self.isOnFreshConnection = isOnFreshConnection
    }

    /// - Throws: the failure of this attempt, already counted and noted in the exchange's record.
    func run() async throws(GatewayError) -> Response {
        let plan = try AttemptPlan(exchange, to: target.provider)
        switch plan {
        case .estimate: return try TokenEstimate.response(to: exchange)
        case .count:
            do { return try await ask(by: plan) } catch {
                guard CountPlan.isImpossible(error) else { throw error }
                return try TokenEstimate.response(to: exchange)
            }
        case .same, .chat, .embeddings: return try await ask(by: plan)
        }
    }

    private func ask(by plan: AttemptPlan) async throws(GatewayError) -> Response {
        let worker = exchange.worker
        var plan = plan
        var request = try transform.request(for: exchange, to: target, by: &plan, timeouts: timeouts)
        request.isOnFreshConnection = isOnFreshConnection
        let form = AttemptAnswer(plan: plan, exchange: exchange, provider: target.provider, seals: transform.seals)
        let started = worker.now
        let index = noteStart()
        let lease = target.state.begin(now: started, ejection: ejection)
        do throws(GatewayError) {
            if let credential = target.provider.credential {
                request.headers += try await credential.headers(for: request, on: worker, cancellation: exchange.cancellation)
            }
            let answer: any UpstreamAnswer
            do throws(GatewayError) { answer = try await worker.send(request, cancellation: exchange.cancellation) } catch {
                _ = noteWait(since: started)
                throw error
            }
            let headedAt = noteWait(since: started)
            let head = answer.head
            exchange.record.attempts[index].status = head.status
            lease.note(status: head.status)
            let response: Response
            do throws(GatewayError) { response = try await read(answer, head, form, lease, started) } catch {
                answer.cancel()
                if case .upstreamFailed(let failure) = error, failure.isCredentialProblem { target.provider.credential?.doubt(now: worker.now) }
                throw error
            }
            let answeredAt = worker.now
            if !response.body.isStream { lease.end(.succeeded, now: answeredAt) }
            lease.answerBegan(after: started.duration(to: answeredAt))
            exchange.record.firstByteAt = response.body.isStream ? answeredAt : headedAt
            exchange.record.attempts[index].duration = started.duration(to: answeredAt)
            return response
        } catch {
            exchange.record.attempts[index].duration = started.duration(to: worker.now)
            exchange.record.attempts[index].error = error.kind
            if error.mayBeBilled, exchange.record.attempts[index].usage == nil {
                exchange.record.attemptUsed(
                    TokenEstimate.usage(reported: nil, isWhole: false, textBytes: 0, of: exchange), at: target.price)
            }
            lease.end(error.targetOutcome, now: worker.now)
            throw error
        }
    }

    private func noteStart() -> Int {
        exchange.record.attemptBegan(Attempt(provider: target.provider.name, model: target.model ?? exchange.model))
        return exchange.record.attempts.count - 1
    }

    private func read(
        _ answer: any UpstreamAnswer, _ head: UpstreamHead, _ form: AttemptAnswer, _ lease: TargetLease, _ sentAt: Instant
    ) async throws(GatewayError) -> Response {
        let headers = AnswerHeaders.passedBack(head, hasOwnLimits: exchange.statesLimits)
        let whole = WholeAnswer(answer: answer, form: form)
        if (400...599).contains(head.status) { throw await whole.failure(headers: headers) }
        guard !head.isEncoded else { throw broken("it is encoded, although that was not asked for.") }
        guard (200...299).contains(head.status) else { throw broken("its status is \(head.status); redirects are not followed.") }
        if form.isOpaque {
            exchange.record.attemptUsed(nil, at: target.price)
            return Response(status: head.status, headers: headers, body: ResponseBody(.stream(RawAnswer(answer, for: exchange, lease: lease))))
        }
        if target.provider.surface == .bedrock ? head.isMessageStream : head.isEventStream {
            guard exchange.isStreaming else { throw broken("it is a stream, which was not asked for.") }
            let stream = StreamedAnswer(answer, as: form, price: target.price, lease: lease, idle: timeouts.idle)
            try await stream.begin(by: sentAt.advanced(by: timeouts.firstToken))
            let named = form.isWrittenHere ? headers.naming(Self.eventStreamType) : headers
            return Response(status: head.status, headers: named, body: ResponseBody(.stream(stream)))
        }
        let (body, usage) = if let arrived = try whole.arrived() { arrived } else { try await wait(for: whole) }
        exchange.record.attemptUsed(usage, at: target.price)
        guard exchange.isStreaming, let chunks = form.chunks(of: body) else {
            let isNamed = !form.isWrittenHere && headers.first("content-type") != nil
            return Response(status: head.status, headers: isNamed ? headers : headers.naming("application/json"), body: ResponseBody(bytes: body))
        }
        lease.end(.succeeded, now: exchange.worker.now)
        return Response(
            status: head.status, headers: headers.naming(Self.eventStreamType), body: ResponseBody(.stream(ReplayBody(chunks))))
    }

    private static let eventStreamType = "text/event-stream; charset=utf-8"

    private func broken(_ reason: String) -> GatewayError { .upstreamBroken(provider: target.provider.name, reason: reason) }

    // Time spent waiting for providers.

    /// - Returns: when the wait ended.
    private func noteWait(since started: Instant) -> Instant {
        let ended = exchange.worker.now
        exchange.record.upstreamTime += started.duration(to: ended)
        return ended
    }

    private func wait(for whole: WholeAnswer) async throws(GatewayError) -> (body: [UInt8], usage: Usage?) {
        let started = exchange.worker.now
        defer { exchange.record.upstreamTime += started.duration(to: exchange.worker.now) }
        return try await whole.answer()
    }
}

extension [HeaderField] {
    /// With this `content-type`.
    fileprivate func naming(_ type: String) -> [HeaderField] {
        [HeaderField("content-type", type)] + filter { $0.name != "content-type" }
    }
}
