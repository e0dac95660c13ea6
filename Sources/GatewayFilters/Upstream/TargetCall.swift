import GatewayCore
import GatewayDialects

/// One attempt: asks one target once, and returns when there is an answer that nothing may replace any more.
struct TargetCall {
    let exchange: Exchange
    let target: Target
    let transform: RequestTransform
    let timeouts: UpstreamTimeouts
    let ejection: EjectionPolicy?
    let isOnFreshConnection: Bool

    /// - Throws: the failure of this attempt, already counted and noted in the exchange's record.
    func run() async throws(GatewayError) -> Response {
        let worker = exchange.worker
        var plan = try AttemptPlan(exchange, to: target.provider)
        switch plan {
        case .estimate: return try TokenEstimate.response(to: exchange)
        case .count:
            do { return try await ask(by: &plan, worker) } catch {
                guard CountPlan.isImpossible(error) else { throw error }
                return try TokenEstimate.response(to: exchange)
            }
        case .same, .chat, .embeddings: return try await ask(by: &plan, worker)
        }
    }

    private func ask(by plan: inout AttemptPlan, _ worker: any WorkerServices) async throws(GatewayError) -> Response {
        var request = try transform.request(for: exchange, to: target, by: &plan, timeouts: timeouts)
        request.isOnFreshConnection = isOnFreshConnection
        let form = AttemptAnswer(plan: plan, exchange: exchange, provider: target.provider, seals: transform.seals)
        let started = worker.now
        let index = noteStart()
        let lease = target.state.begin(now: started, ejection: ejection)
        do {
            let response = try await send(request, form, lease, index, started)
            exchange.record.attempts[index].duration = started.duration(to: worker.now)
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
        let model = target.model ?? exchange.model ?? ""
        exchange.record.attemptBegan(Attempt(provider: target.provider.name, model: model))
        return exchange.record.attempts.count - 1
    }

    private func send(
        _ request: consuming UpstreamRequest, _ form: AttemptAnswer, _ lease: TargetLease, _ index: Int, _ sentAt: ContinuousClock.Instant
    ) async throws(GatewayError) -> Response {
        if let credential = target.provider.credential {
            request.headers += try await credential.headers(for: request, on: exchange.worker, cancellation: exchange.cancellation)
        }
        let (answer, headedAt) = try await ask(request, since: sentAt)
        exchange.record.attempts[index].status = answer.head.status
        lease.note(status: answer.head.status)
        do {
            let response = try await read(answer, form, lease, sentAt)
            if !response.body.isStream { lease.end(.succeeded, now: exchange.worker.now) }
            lease.answerBegan(after: sentAt.duration(to: exchange.worker.now))
            exchange.record.firstByteAt = response.body.isStream ? exchange.worker.now : headedAt
            return response
        } catch {
            answer.cancel()
            if case .upstreamFailed(let failure) = error, failure.isCredentialProblem { target.provider.credential?.doubt(now: exchange.worker.now) }
            throw error
        }
    }

    private func read(
        _ answer: any UpstreamAnswer, _ form: AttemptAnswer, _ lease: TargetLease, _ sentAt: ContinuousClock.Instant
    ) async throws(GatewayError) -> Response {
        let head = answer.head
        let headers = AnswerHeaders.passedBack(head, hasOwnLimits: exchange.responseHeaders.hasOwnLimits)
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
        let body = try await wait(for: whole)
        guard exchange.isStreaming, let chunks = form.chunks(of: body) else {
            let type = form.isWrittenHere ? "application/json" : headers.first("content-type") ?? "application/json"
            return Response(status: head.status, headers: headers.naming(type), body: ResponseBody(bytes: body))
        }
        lease.end(.succeeded, now: exchange.worker.now)
        return Response(
            status: head.status, headers: headers.naming(Self.eventStreamType), body: ResponseBody(.stream(ReplayBody(chunks))))
    }

    private static let eventStreamType = "text/event-stream; charset=utf-8"

    private func broken(_ reason: String) -> GatewayError { .upstreamBroken(provider: target.provider.name, reason: reason) }

    // What these two take is time spent waiting for providers.

    private func ask(
        _ request: UpstreamRequest, since started: ContinuousClock.Instant
    ) async throws(GatewayError) -> (any UpstreamAnswer, headedAt: ContinuousClock.Instant) {
        do {
            let answer = try await exchange.worker.send(request, cancellation: exchange.cancellation)
            return (answer, noteWait(since: started))
        } catch {
            _ = noteWait(since: started)
            throw error
        }
    }

    /// - Returns: when the wait ended.
    private func noteWait(since started: ContinuousClock.Instant) -> ContinuousClock.Instant {
        let ended = exchange.worker.now
        exchange.record.upstreamTime += started.duration(to: ended)
        return ended
    }

    private func wait(for whole: WholeAnswer) async throws(GatewayError) -> [UInt8] {
        let started = exchange.worker.now
        defer { exchange.record.upstreamTime += started.duration(to: exchange.worker.now) }
        let (body, usage) = try await whole.answer()
        exchange.record.attemptUsed(usage, at: target.price)
        return body
    }
}

extension [HeaderField] {
    /// With this `content-type`.
    fileprivate func naming(_ type: String) -> [HeaderField] {
        [HeaderField("content-type", type)] + filter { $0.name != "content-type" }
    }
}
