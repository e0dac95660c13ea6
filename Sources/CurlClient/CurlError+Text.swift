import CCurl

/// For whoever runs a command; what the client of a provider is told is the gateway's own text.
extension CurlError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let code): Self.text(code)
        case .refusedByProxy(let status): "the proxy answers \(status)"
        case .timedOut(.connect): "it does not accept a connection in time"
        case .timedOut: "it does not answer in time"
        case .closedBeforeAnswer, .pooledConnectionEnded: "it closes the connection without an answer"
        case .cut: "its answer is cut"
        case .headTooLarge: "the head of its answer is too large"
        case .tooManyInterimAnswers: "it sends too many interim answers"
        case .unaskedUpgrade: "it switches protocols unasked"
        case .malformed: "its answer is not HTTP"
        case .cancelled: "the request was cancelled"
        case .refusedRequest(let code): "the request cannot be made: \(Self.text(code))"
        }
    }

    /// libcurl's own words, such as "Couldn't connect to server".
    private static func text(_ code: Int) -> String {
        unsafe String(cString: curl_easy_strerror(CURLcode(UInt32(clamping: code))))
    }
}
