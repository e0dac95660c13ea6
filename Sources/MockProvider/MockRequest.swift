import HTTPServer
import HTTPWire
import JSONBytes

/// What a request asks of the mock provider.
struct MockRequest: Sendable {
    let method: HTTPMethod
    /// Without `/mock/LIST` in front and without `/v1`.
    let path: String
    /// nil: not asked for as a cloud's customers do it.
    let cloud: CloudPath?
    let head: RequestHead
    let body: [UInt8]
    var directives: Directives
    /// nil when the body is no JSON object, or was not looked at.
    let json: JSONObject?

    init(_ request: HTTPRequest, defaults: Directives) {
        head = request.head
        method = request.head.method
        body = request.body
        var directives = defaults
        var path = request.head.path
        if path.hasPrefix("/mock/") {
            let rest = path.dropFirst("/mock/".count)
            let list = rest.prefix { $0 != "/" }
            directives.apply(String(list))
            path = String(rest.dropFirst(list.count))
        }
        for list in request.head.fields.all("x-mock") { directives.apply(list) }
        if path.hasPrefix("/v1/") { path = String(path.dropFirst("/v1".count)) }
        cloud = CloudPath(path)
        self.path = cloud?.plain ?? path
        self.directives = directives
        if directives.fixedBytes == nil, !request.body.isEmpty {
            json = (try? JSONValue(parsing: request.body))?.object
        } else {
            json = nil
        }
    }

    enum Dialect: Sendable { case openai, anthropic, gemini, bedrock }

    /// By the path.
    var dialect: Dialect {
        if case .bedrock = cloud { return .bedrock }
        if path == "/messages" || path.hasPrefix("/messages/") { return .anthropic }
        return path.hasPrefix("/v1beta/") ? .gemini : .openai
    }

    var model: String {
        if case .vertexClaude(let model, _) = cloud, model != "count-tokens" { return model }
        return json?["model"]?.string ?? "demo"
    }
    var wantsStream: Bool { json?["stream"]?.bool ?? false }
    var wantsUsageEvent: Bool { json?["stream_options"]?["include_usage"]?.bool ?? false }
    /// 1 to 8.
    var choiceCount: Int { max(1, min(8, json?["n"]?.int ?? 1)) }
}
