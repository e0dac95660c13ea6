import GatewayCore
import GatewayDialects
import JSONBytes

/// Tokens of a request that no provider counts for this client, reckoned from its text and said to be so (`x-weir-estimate: true`).
///
/// - SeeAlso: wire.md, section 10
enum TokenEstimate {
    static func response(to exchange: Exchange) throws(GatewayError) -> Response {
        let value: JSONValue
        do { value = try JSONValue(parsing: exchange.request.body) } catch { throw .malformedBody(error) }
        let tokens = count(value)
        let body: JSONValue = exchange.dialect == .gemini ? ["totalTokens": JSONValue(tokens)] : ["input_tokens": JSONValue(tokens)]
        return Response(
            status: 200, headers: [HeaderField("content-type", "application/json"), HeaderField("x-weir-estimate", "true")],
            body: ResponseBody(bytes: body.written()))
    }

    /// Bytes of text / 3.5, and what each message and the request itself add.
    private static func count(_ request: JSONValue) -> Int {
        let inner = request["generateContentRequest"] ?? request["generate_content_request"] ?? request
        let messages = (inner["messages"] ?? inner["contents"])?.array?.count ?? 0
        return (textBytes(request) * 2 + 6) / 7 + 4 * messages + 3
    }

    /// Texts wherever they stand, tools' schemas included; bytes of pictures and sounds are no text.
    private static func textBytes(_ value: JSONValue) -> Int {
        switch value {
        case .string(let text): text.utf8.count
        case .array(let elements): elements.reduce(0) { $0 + textBytes($1) }
        case .object(let members):
            members.reduce(0) { sum, member in
                member.name == "type" || (member.name == "data" && isMedia(members)) ? sum : sum + textBytes(member.value)
            }
        case .null, .bool, .number: 0
        }
    }

    /// Whether `data` of these members is base64 of something else than text.
    private static func isMedia(_ members: JSONObject) -> Bool {
        let type = ["media_type", "mimeType", "mime_type"].lazy.compactMap { members[$0]?.string }.first
        return type.map { !$0.hasPrefix("text/") || members["type"] == "base64" } ?? false
    }
}
