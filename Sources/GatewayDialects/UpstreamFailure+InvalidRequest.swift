package import GatewayCore
import JSONBytes

extension UpstreamFailure {
    /// Words of a 400 that is about money or keys, and not about the request.
    private static let passing: Set<String> = [
        "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "invalid_api_key", "rate_limit_exceeded",
    ]

    /// Whether the provider would say the same again to the same request, whoever sends it: it is not valid.
    package var isInvalidRequest: Bool {
        guard status == 400, !isCredentialProblem, let value = try? JSONValue(parsing: body) else { return false }
        if let fault = GeminiFault.error(in: value) { return fault["status"]?.string == "INVALID_ARGUMENT" }
        guard let error = value["error"], error["type"]?.string == "invalid_request_error" else { return false }
        if let code = error["code"]?.string, Self.passing.contains(code) { return false }
        // Anthropic says so of an empty account, too, and in words alone.
        return !AnthropicFault.isQuotaSpent(body) && error["message"]?.string?.contains("credit balance") != true
    }
}
