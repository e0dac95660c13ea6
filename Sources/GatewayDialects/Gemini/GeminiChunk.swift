import GatewayCore
import JSONBytes

/// What one event of a stream says.
struct GeminiChunk: Equatable {
    enum Kind: Equatable {
        /// Something the model wrote or thought: from here on the answer is this provider's.
        case content
        /// Nothing yet: no parts, or empty text.
        case preamble
        /// The reason to stop, or a prompt that was held back.
        case end
        /// A reason to stop that means there is no answer.
        case malformed(reason: String)
        case error(status: Int?)
        case unreadable
    }

    private static let names: JSONNames = ["candidates", "usageMetadata", "promptFeedback", "error"]
    private static let finishMark = Array("\"finishReason\"".utf8)

    let kind: Kind
    let usage: Usage?

    /// Reads the data of one event to its end.
    ///
    /// - Parameter isMore: whether the model has written something before, so that what it writes now need not be looked at.
    init(_ data: [UInt8], isMore: Bool) {
        guard let top = try? JSONScanner.topLevel(data, wanted: Self.names) else {
            usage = nil
            // An error may stand alone in a list.
            kind = GeminiFault(data).map { .error(status: $0.status) } ?? .unreadable
            return
        }
        usage = GeminiUsage.read(top, in: data)
        if let error = top["error"], error.kind != .null {
            kind = .error(status: GeminiFault(data)?.status)
        } else if let feedback = top["promptFeedback"], feedback.kind == .object, Self.isBlocked(data, feedback.value) {
            kind = .end
        } else if let candidates = top["candidates"], candidates.kind == .array {
            kind = isMore && !Self.contains(Self.finishMark, data, candidates.value) ? .content : Self.kind(of: data, candidates.value)
        } else {
            kind = .preamble
        }
    }

    private static func kind(of data: [UInt8], _ range: Range<Int>) -> Kind {
        guard let candidates = try? JSONValue(parsing: data, in: range).array else { return .unreadable }
        let reasons = candidates.compactMap { $0["finishReason"]?.string }.filter { $0 != "FINISH_REASON_UNSPECIFIED" }
        if let fault = reasons.lazy.compactMap(GeminiFinish.fault).first { return .malformed(reason: fault) }
        if !reasons.isEmpty { return .end }
        let parts = candidates.flatMap { $0["content"]?["parts"]?.array ?? [] }
        return parts.contains(where: isSomething) ? .content : .preamble
    }

    /// Anything but empty text. Kinds of parts that nobody knows yet count.
    private static func isSomething(_ part: JSONValue) -> Bool {
        (part.object ?? JSONObject()).contains { $0.name != "thought" && $0.value.string != "" && !$0.value.isNull }
    }

    private static func isBlocked(_ data: [UInt8], _ range: Range<Int>) -> Bool {
        (try? JSONValue(parsing: data, in: range))?["blockReason"]?.string != nil
    }

    /// Inside a JSON string a quote is escaped, so these bytes stand where a name says so and hardly anywhere else.
    private static func contains(_ mark: [UInt8], _ data: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= mark.count else { return false }
        let bytes = data.span
        for start in range.lowerBound...(range.upperBound - mark.count) where bytes[start] == mark[0] && bytes[start + 1] == mark[1] {
            if mark.indices.allSatisfy({ data[start + $0] == mark[$0] }) { return true }
        }
        return false
    }
}
