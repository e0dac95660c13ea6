import GatewayCore
import JSONBytes

// What each failure is called.
extension OpenAIErrors {
    struct Words {
        var message: String
        var type: String
        var param: String?
        var code: String?
    }

    static func words(_ error: GatewayError) -> Words {
        Words(message: error.message, type: type(error), param: param(error), code: code(error))
    }

    static func body(_ words: Words) -> [UInt8] {
        let fields = [
            ("message", string(words.message)), ("type", string(words.type)), ("param", words.param.map(string) ?? null),
            ("code", words.code.map(string) ?? null),
        ]
        return object([("error", object(fields))])
    }

    /// OpenAI's clients tell by `insufficient_quota` that waiting does not help, and by the other types what there is too little of.
    private static func type(_ error: GatewayError) -> String {
        switch error {
        case .tokensSpent: return "tokens"
        case .moneySpent: return "insufficient_quota"
        default: break
        }
        return switch error.kind {
        case .upstreamAuth: "api_error"
        case .rateLimitExceeded: "requests"
        case .staticAnswer, .upstreamStatus, .badRequest: error.status >= 500 ? "server_error" : "invalid_request_error"
        case .notFound, .modelNotFound, .invalidAPIKey, .modelForbidden, .clientGone, .expiredAPIKey, .invalidToken, .expiredToken, .addressForbidden:
            "invalid_request_error"
        case .upstreamUnreachable, .timeout, .badUpstream, .upstreamCut, .overloaded, .limitsUnknown, .draining, .internalFailure, .issuerUnreachable:
            "server_error"
        }
    }

    private static func code(_ error: GatewayError) -> String? {
        switch error {
        case .routeMissing: "unknown_url"
        case .moneySpent: "insufficient_quota"
        case .upstreamFailed(let failure) where !failure.isCredentialProblem: code(ofStatus: failure.status)
        case .malformedRequest, .malformedBody, .modelMissing, .fieldRefused: nil
        default: error.kind.rawValue
        }
    }

    /// Of a provider that said nothing else.
    private static func code(ofStatus status: Int) -> String {
        switch status {
        case 429: "rate_limit_exceeded"
        case 503, 529: "overloaded"
        case 408, 504: "timeout"
        default: "bad_upstream"
        }
    }

    private static func param(_ error: GatewayError) -> String? {
        switch error {
        case .modelMissing, .modelUnknown, .modelForbidden: "model"
        case .fieldRefused(let field, _): field
        default: nil
        }
    }
}

// Just enough JSON.
extension OpenAIErrors {
    static let null = Array("null".utf8)

    static func string(_ text: String) -> [UInt8] { JSONText.quoted(text) }

    static func object(_ members: [(name: String, value: [UInt8])]) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            JSONText.appendQuoted(member.name, to: &output)
            output.append(UInt8(ascii: ":"))
            output += member.value
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}
