import GatewayCore
import HTTPWire
import JSONBytes

@testable import GatewayDialects

/// What becomes of one recorded exchange in every other format, as text for people to read.
struct GoldenText {
    /// Of the answers.
    static let seed = "0123456789abcdef"
    static let created = 1_790_000_000
    static let targetModel = "target-model"
    static let askedModel = "asked-model"

    private let recording: Recording
    private let format: ChatFormat
    private var lines: [String] = []

    /// The whole file.
    static func text(of recording: Recording, _ format: ChatFormat) -> String {
        var text = GoldenText(recording: recording, format: format)
        let others = ChatFormat.clients.filter { $0 != format }
        // No client asks in a format that only providers speak.
        if ChatFormat.clients.contains(format) { for other in others { text.addRequest(to: other) } }
        if recording.status < 400 {
            for other in others { text.addAnswer(to: other) }
        } else {
            for dialect in Dialect.allCases where dialect != format.dialect { text.addError(to: dialect) }
        }
        return GoldenShortening.shortened(text.lines.joined(separator: "\n")) + "\n"
    }

    private init(recording: Recording, format: ChatFormat) {
        self.recording = recording
        self.format = format
    }

    private mutating func begin(_ title: String) {
        if !lines.isEmpty { lines.append("") }
        lines.append("=== " + title)
    }

    private func translation(client: ChatFormat, provider: ChatFormat) -> ChatTranslation {
        let facts = ChatAnswerFacts(seed: Self.seed, created: Self.created, model: Self.askedModel, wantsUsageEvent: true)
        return ChatTranslation(client: client, provider: provider, facts: facts)
    }
}

// What the client asked.
extension GoldenText {
    private mutating func addRequest(to other: ChatFormat) {
        begin("request to \(other.rawValue)")
        var refused: GatewayError?
        do throws(GatewayError) { lines += try request(to: other, .refuse) } catch { refused = error }
        guard let refused else { return }
        lines.append(Self.said(refused))
        do throws(GatewayError) {
            let dropping = try request(to: other, .drop)
            lines.append("--- with lossy: drop")
            lines += dropping
        } catch {
            if error != refused { lines += ["--- with lossy: drop", Self.said(error)] }
        }
    }

    private func request(to other: ChatFormat, _ policy: ChatLosses.Policy) throws(GatewayError) -> [String] {
        var losses = ChatLosses(policy: policy, target: other)
        let facts = ChatRequestFacts(model: Self.askedModel, isStreaming: recording.path.contains("stream"))
        let request = try ChatTranslation.request(from: recording.request, in: format, about: facts)
        var translation = translation(client: format, provider: other)
        let body = try translation.body(of: request, for: ChatTargetFacts(model: Self.targetModel), losses: &losses)
        let dropped = losses.dropped.isEmpty ? [] : ["dropped: " + losses.dropped.joined(separator: ", ")]
        return dropped + [Self.pretty(body)]
    }

    private static func said(_ error: GatewayError) -> String {
        guard case .fieldRefused(let field, let reason) = error else { return "refused: \(error.message)" }
        return "refused: \(field): \(reason)"
    }
}

// What the provider said.
extension GoldenText {
    private mutating func addAnswer(to other: ChatFormat) {
        let translation = translation(client: other, provider: format)
        begin("\(recording.isStream ? "stream" : "answer") to \(other.rawValue)")
        guard recording.isStream else { return addWhole(translation) }
        var stream = translation.stream(eventBytesMax: 1 << 20) { _ in }
        var steps = [stream.received(recording.answer)]
        if steps[0].fault == nil { steps.append(stream.closed()) }
        let bytes = steps.flatMap(\.chunks).flatMap(\.bytes)
        lines.append(Self.counts(stream.usage))
        lines += String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        for case let fault? in steps.map(\.fault) { lines.append("fault: \(fault)") }
    }

    private mutating func addWhole(_ translation: ChatTranslation) {
        var dropped: [String] = []
        switch translation.answer(recording.answer, kept: { _ in }, dropped: { dropped = $0 }) {
        case .answer(let body, let usage):
            lines += (dropped.isEmpty ? [] : ["dropped: " + dropped.joined(separator: ", ")]) + [Self.counts(usage), Self.pretty(body)]
        case .error(let status): lines.append("an error of status \(status.map(String.init) ?? "unknown")")
        case .broken(let reason): lines.append("broken: \(reason)")
        }
    }

    private mutating func addError(to dialect: Dialect) {
        begin("error to \(dialect.rawValue)")
        let failure = UpstreamFailure(
            provider: "upstream", status: recording.status, retryAfterSeconds: GeminiFault(recording.answer)?.retryDelaySeconds,
            body: recording.answer,
            isCredentialProblem: GeminiFault(recording.answer)?.isCredentialProblem ?? false)
        let response = dialect.response(to: .upstreamFailed(failure), retriesSpent: false)
        let headers = response.headers.filter { $0.name != "content-type" }.map { "\($0.name): \($0.value)" }
        guard case .bytes(let body) = response.body.content else { return }
        lines += ["status \(response.status)"] + headers + [Self.pretty(body)]
    }

    /// As they are noted for quotas and logs.
    private static func counts(_ usage: Usage?) -> String {
        guard let usage else { return "tokens: not counted" }
        var counts = ["\(usage.input) in", "\(usage.output) out"]
        for (count, name) in [
            (usage.cachedInput, "from cache"), (usage.cacheWrite, "to cache"), (usage.cacheWriteHour, "to cache for an hour"),
            (usage.audioInput, "heard"), (usage.reasoning, "thought"), (usage.audioOutput, "spoken"),
        ] where count > 0 { counts.append("\(count) \(name)") }
        return "tokens: " + counts.joined(separator: ", ")
    }

    private static func pretty(_ body: [UInt8]) -> String {
        (try? JSONValue(parsing: body)).map(PrettyJSON.text) ?? "no JSON: " + String(decoding: body, as: UTF8.self)
    }
}
