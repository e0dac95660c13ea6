import GatewayCore
import MonotonicClock

/// An answer whose every piece takes its time on the fake clock.
final class SlowAnswer: UpstreamAnswer {
    private let answer: FakeAnswer
    private let pause: Duration
    private let worker: FakeWorker

    init(_ answer: FakeAnswer, each pause: Duration, _ worker: FakeWorker) {
        self.answer = answer
        self.pause = pause
        self.worker = worker
    }

    var head: UpstreamHead { answer.head }

    func next() async throws(GatewayError) -> [UInt8]? {
        worker.advance(by: pause)
        return try await answer.next()
    }

    func cancel() { answer.cancel() }
    func awaitContent(until deadline: Instant?) { answer.awaitContent(until: deadline) }
}
