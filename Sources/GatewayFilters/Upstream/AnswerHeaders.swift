import GatewayCore

/// Which fields of a provider's answer reach the client. All others stay behind: cookies, server names, account names, transfer details.
enum AnswerHeaders {
    private static let passed: Set<String> = [
        "content-type", "content-disposition", "retry-after", "retry-after-ms", "openai-processing-ms", "openai-version", "x-should-retry",
    ]

    /// - Parameter hasOwnLimits: the gateway states limits of its own; the provider's would contradict them.
    static func passedBack(_ head: UpstreamHead, hasOwnLimits: Bool) -> [HeaderField] {
        var result: [HeaderField] = []
        for field in head.headers {
            if passed.contains(field.name) {
                result.append(field)
            } else if field.name == "x-request-id" {
                // The plain name is the gateway's own.
                result.append(HeaderField("x-provider-request-id", field.value))
            } else if field.name.hasPrefix("x-ratelimit-"), !hasOwnLimits {
                result.append(field)
            }
        }
        return result
    }

    /// Whole seconds, rounded up, from `retry-after-ms` or `retry-after`; nil when there is none or it is a date.
    static func retryAfterSeconds(_ head: UpstreamHead) -> Int? {
        if let text = head.headers.first("retry-after-ms"), let value = Double(text), value >= 0, value < 1e12 {
            return Int((value / 1000).rounded(.up))
        }
        guard let text = head.headers.first("retry-after"), let value = Double(text), value >= 0, value < 1e9 else { return nil }
        return Int(value.rounded(.up))
    }
}

extension UpstreamHead {
    /// The media type, without parameters, in lower case.
    var mediaType: String? {
        headers.first("content-type").map { type in
            String(type.prefix { $0 != ";" && $0 != " " }).lowercased()
        }
    }

    var isEncoded: Bool {
        headers.first("content-encoding").map { !$0.isEmpty && $0.lowercased() != "identity" } ?? false
    }
}

extension [HeaderField] {
    /// Whether the gateway has stated limits of its own.
    var hasOwnLimits: Bool { contains { $0.name.hasPrefix("x-ratelimit-") } }
}
