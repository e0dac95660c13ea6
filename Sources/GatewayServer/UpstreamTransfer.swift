import CurlClient
import GatewayCore
import MonotonicClock

/// libcurl's transfer as the pipeline sees it.
final class UpstreamTransfer: UpstreamAnswer {
    let head: UpstreamHead
    private let transfer: CurlTransfer
    private let context: FailureContext
    private let cancellation: Cancellation
    private var cancellationID: Int?
    private let released: () -> Void

    /// - Parameter released: called once, when the transfer has ended whichever way.
    init(
        head: CurlHead, transfer: CurlTransfer, context: FailureContext, cancellation: Cancellation, cancellationID: Int,
        released: @escaping () -> Void
    ) {
        self.head = UpstreamHead(status: head.status, fields: head.fields)
        self.transfer = transfer
        self.context = context
        self.cancellation = cancellation
        self.cancellationID = cancellationID
        self.released = released
    }

    func next() async throws(GatewayError) -> [UInt8]? {
        do {
            let bytes = try await transfer.next()
            if bytes == nil { release() }
            return bytes
        } catch {
            release()
            throw context.meaning(of: error, cancellation)
        }
    }

    func pass(to take: @escaping ([UInt8]) -> Bool) async throws(GatewayError) -> Bool {
        do {
            let isAtEnd = try await transfer.pass(to: take)
            if isAtEnd { release() }
            return isAtEnd
        } catch {
            release()
            throw context.meaning(of: error, cancellation)
        }
    }

    func takeArrived(atMost limit: Int) -> [UInt8]? {
        guard let bytes = transfer.takeArrived(atMost: limit) else { return nil }
        release()
        return bytes
    }

    func awaitContent(until deadline: Instant?) { transfer.awaitContent(until: deadline) }

    /// Nobody who drops an answer half read may leave its transfer running.
    deinit {
        release()
        transfer.cancel()
    }

    func cancel() {
        release()
        transfer.cancel()
    }

    private func release() {
        guard let id = cancellationID else { return }
        cancellationID = nil
        cancellation.remove(id)
        released()
    }
}

/// What a failure of libcurl means to the client of one call.
struct FailureContext {
    let provider: String
    let timeouts: UpstreamTimeouts

    func meaning(of error: CurlError, _ cancellation: Cancellation) -> GatewayError {
        switch error {
        case .unreachable: .upstreamUnreachable(provider: provider)
        // The proxy wants a credential, or another one.
        case .refusedByProxy(407): .upstreamFailed(UpstreamFailure(provider: provider, status: 407))
        case .refusedByProxy: .upstreamUnreachable(provider: provider)
        case .timedOut(let phase): timedOut(phase)
        // The request may have arrived and been paid for: not a failure that is safe to repeat, as one to connect is.
        case .closedBeforeAnswer: .upstreamCut(provider: provider)
        case .pooledConnectionEnded: .upstreamConnectionLost(provider: provider)
        case .cut: .upstreamCut(provider: provider)
        case .headTooLarge: .upstreamBroken(provider: provider, reason: "its header is over the limit.")
        case .tooManyInterimAnswers: .upstreamBroken(provider: provider, reason: "it sent too many interim answers.")
        case .unaskedUpgrade: .upstreamBroken(provider: provider, reason: "it switched protocols unasked.")
        case .malformed: .upstreamBroken(provider: provider, reason: "it is not HTTP.")
        case .cancelled: cancellation.error ?? .clientGone
        case .refusedRequest: .internalFailure(reason: "the request to \(provider) could not be made.")
        }
    }

    private func timedOut(_ phase: CurlError.Phase) -> GatewayError {
        let (name, limit): (TimedPhase, Duration) =
            switch phase {
            case .connect: (.connect, timeouts.connect)
            case .firstByte: (.firstByte, timeouts.firstByte)
            case .content: (.firstToken, timeouts.firstToken)
            case .idle: (.idle, timeouts.idle)
            case .total: (.total, timeouts.total)
            }
        return .upstreamTimedOut(provider: provider, phase: name, afterMilliseconds: Int(clamping: limit / .milliseconds(1)))
    }
}

extension Int {
    fileprivate init(clamping value: Double) { self = value >= 9e18 ? .max : Int(value) }
}
