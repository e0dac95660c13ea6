import JSONBytes

/// What Bedrock's errors mean.
///
/// - SeeAlso: the `error` traits of botocore's model; https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
package enum BedrockFault {
    /// What was refused about the request's signature or key, whatever its status.
    private static let aboutCredentials: Set<String> = [
        "accessdeniedexception", "unrecognizedclientexception", "invalidsignatureexception", "incompletesignature", "incompletesignatureexception",
        "missingauthenticationtoken", "missingauthenticationtokenexception", "expiredtoken", "expiredtokenexception", "invalidclienttokenid",
        "optinrequired", "signaturedoesnotmatch",
    ]

    /// The status that an answer stands for.
    ///
    /// - Parameters:
    ///   - status: as it came.
    ///   - type: `x-amzn-errortype`: a word, with a colon and an address behind it or not.
    package static func status(_ status: Int, type: String?) -> Int {
        let word = word(type)
        if aboutCredentials.contains(word) { return 403 }
        return statuses[word] ?? (status == 424 ? 502 : status)
    }

    /// A failure inside a stream.
    static func fault(_ name: String, _ data: [UInt8]) -> ChatFault {
        let status = status(500, type: name)
        let message = status == 403 ? nil : (try? JSONValue(parsing: data))?["message"]?.string
        return ChatFault(status: status, reason: "it reports an error.", message: message.map(OpenAIErrorText.shown))
    }

    /// Whether an event of this name is a failure.
    static func isFault(_ name: String) -> Bool { name.hasSuffix("Exception") || name.hasSuffix("Error") }

    private static func word(_ type: String?) -> String {
        (type ?? "").prefix { $0 != ":" && $0 != "#" }.lowercased()
    }

    /// Those whose status says something else than what happened. A model that fails (424) is the provider's failure, not the client's; so is one that takes
    /// too long (408), which is no time-out of the client's request.
    private static let statuses: [String: Int] = [
        "throttlingexception": 429, "modelnotreadyexception": 503, "servicequotaexceededexception": 429, "modelerrorexception": 502,
        "modelstreamerrorexception": 502, "modeltimeoutexception": 504, "internalserverexception": 500, "serviceunavailableexception": 503,
        "validationexception": 400, "resourcenotfoundexception": 404,
    ]
}
