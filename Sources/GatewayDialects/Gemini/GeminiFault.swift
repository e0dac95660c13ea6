package import GatewayCore
import JSONBytes

/// What an error of the Gemini dialect says about itself.
///
/// - SeeAlso: wire.md, section 5.4
package struct GeminiFault: Equatable, Sendable {
    /// Seconds. What takes longer than a year takes a year.
    private static let retryDelayMax = 366 * 86_400

    /// `code`, when it is a status.
    package let status: Int?
    /// The provider's own words, bounded.
    package let message: String?
    /// Seconds, rounded up, after which the provider would answer again; it says so in the body alone.
    package let retryDelaySeconds: Int?
    /// Whether the gateway's own credential was refused. A key that is wrong is a bad request to Gemini, with a reason in the details.
    package let isCredentialProblem: Bool
    /// Whether a quota of a whole day is used up: asking again soon changes nothing.
    package let isQuotaSpent: Bool

    /// - Returns: nil for a body that is no error of this dialect.
    package init?(_ body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), let error = Self.error(in: value) else { return nil }
        self.init(error: error)
    }

    private init(error: JSONObject) {
        let code = error["code"]?.int
        status = code.flatMap { (400...599).contains($0) ? $0 : nil }
        message = error["message"]?.string.map(Self.bounded)
        let details = error["details"]?.array ?? []
        retryDelaySeconds = details.lazy.compactMap { $0["retryDelay"]?.string.flatMap(Self.seconds) }.first
        let isKeyWrong = details.contains { $0["reason"]?.string == "API_KEY_INVALID" }
        isCredentialProblem = code == 401 || code == 403 || (code == 400 && isKeyWrong)
        let quotas = details.flatMap { $0["violations"]?.array ?? [] }.compactMap { $0["quotaId"]?.string }
        isQuotaSpent = code == 429 && quotas.contains { $0.contains("PerDay") }
    }

    /// The `error` of this dialect: its `status` is a word and its `code` a number, which is so in no other dialect. Alone in a list or not.
    static func error(in body: JSONValue) -> JSONObject? {
        if let elements = body.array, elements.count != 1 { return nil }
        guard let error = (body[0] ?? body)["error"]?.object else { return nil }
        return error["status"]?.string != nil && error["code"]?.int != nil ? error : nil
    }

    /// `48s` or `48.939935699s`, rounded up.
    private static func seconds(_ text: String) -> Int? {
        guard text.hasSuffix("s"), let value = Double(text.dropLast()), value >= 0 else { return nil }
        return Int(min(value.rounded(.up), Double(retryDelayMax)))
    }

    /// Someone else's words, as a client may get them.
    static func bounded(_ text: String) -> String { OpenAIErrorText.shown(text) }
}

extension UpstreamFailure {
    /// What the provider says in Gemini's words; nil when it says nothing, or in other words.
    package var geminiFault: GeminiFault? { GeminiFault(body) }
}
