import GatewayCore
import HTTPWire

/// Which fields of a provider's answer reach the client. All others stay behind: cookies, server names, account names, transfer details.
enum AnswerHeaders {
    /// - Parameter hasOwnLimits: the gateway states limits of its own; the provider's would contradict them.
    static func passedBack(_ head: UpstreamHead, hasOwnLimits: Bool) -> [HeaderField] {
        let fields = head.fields
        var result: [HeaderField] = []
        for index in 0..<fields.count {
            if let place = fields.place(at: index, among: passed) {
                result.append(HeaderField(passed.names[place], fields.value(at: index)))
            } else if fields.place(at: index, among: requestIDs) != nil {
                // The plain names are the gateway's own. The second is Anthropic's, the others are the clouds'.
                if result.first("x-provider-request-id") == nil { result.append(HeaderField("x-provider-request-id", fields.value(at: index))) }
            } else if !hasOwnLimits, limits.contains(where: { fields.nameBegins(with: $0, at: index) }) {
                result.append(HeaderField(fields.name(at: index), fields.value(at: index)))
            }
        }
        return result
    }

    private static let passed: FieldNames = [
        "content-type", "content-disposition", "retry-after", "retry-after-ms", "openai-processing-ms", "openai-version", "x-should-retry",
    ]
    private static let requestIDs: FieldNames = ["x-request-id", "request-id", "x-amzn-requestid", "apim-request-id"]
    private static let limits = ["x-ratelimit-", "anthropic-ratelimit-"]

    /// Whole seconds, rounded up, from `retry-after-ms` or `retry-after`, which may be a date (RFC 9110, section 10.2.3); nil when there is none.
    ///
    /// - Parameter unix: what time it is, in seconds since 1970.
    static func retryAfterSeconds(_ head: UpstreamHead, unix: Int) -> Int? {
        if let text = head.fields.first("retry-after-ms"), let value = Double(text), value >= 0, value < 1e12 {
            return Int((value / 1000).rounded(.up))
        }
        guard let text = head.fields.first("retry-after") else { return nil }
        if let date = unixSeconds(httpDate: text) { return max(0, date - unix) }
        guard let value = Double(text), value >= 0, value < 1e9 else { return nil }
        return Int(value.rounded(.up))
    }
}

extension UpstreamHead {
    /// Whether the body says of itself that it is server-sent events.
    var isEventStream: Bool { isOfType("text/event-stream") }

    /// Whether it says that it is messages of AWS's framing.
    var isMessageStream: Bool { isOfType("application/vnd.amazon.eventstream") }

    private func isOfType(_ name: String) -> Bool {
        guard let type = fields.firstBytes("content-type") else { return false }
        let name = name.utf8
        guard type.count >= name.count, zip(type, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { return false }
        return type.count == name.count || ";, \t".utf8.contains(type[type.startIndex + name.count])
    }

    var isEncoded: Bool {
        fields.first("content-encoding").map { !$0.isEmpty && $0.lowercased() != "identity" } ?? false
    }
}
