import JSONBytes

/// What one piece of a provider's answer says: the whole answer, or an event of a stream.
struct GeminiPiece {
    /// Those of the first candidate.
    private(set) var parts: [GeminiAnswerPart] = []
    private(set) var finishReason: String?
    private(set) var isBlocked = false
    let id: String?
    let model: String?
    let usage: JSONValue?

    /// - Throws: also for an error that came with status 200, and for a reason to stop that means there is no answer.
    init(_ body: JSONValue) throws(ChatFault) {
        if let fault = Self.error(in: body) { throw fault }
        guard body.object != nil else { throw ChatFault(reason: "it is no JSON object.") }
        id = body["responseId"]?.string
        model = body["modelVersion"]?.string
        usage = body["usageMetadata"]
        isBlocked = body["promptFeedback"]?["blockReason"]?.string != nil
        // There is one candidate: more than one is never asked for.
        guard let candidate = (body["candidates"]?.array ?? []).first(where: { ($0["index"]?.int ?? 0) == 0 }) else { return }
        for part in candidate["content"]?["parts"]?.array ?? [] { if let part = try GeminiAnswerPart.read(part) { parts.append(part) } }
        guard let reason = candidate["finishReason"]?.string, reason != "FINISH_REASON_UNSPECIFIED" else { return }
        if let fault = GeminiFinish.fault(reason) {
            throw ChatFault(reason: fault, message: candidate["finishMessage"]?.string.map(GeminiFault.bounded))
        }
        finishReason = reason
    }

    /// `{"error":{…}}`, alone in a list or not.
    private static func error(in body: JSONValue) -> ChatFault? {
        guard let error = (body.array?.first ?? body)["error"], !error.isNull else { return nil }
        let status = error["code"]?.int.flatMap { (400...599).contains($0) ? $0 : nil }
        return ChatFault(status: status, reason: "it is an error.", message: error["message"]?.string.map(GeminiFault.bounded))
    }
}
