import HTTPWire
import JSONBytes

/// Models, what a request looked like, and how things stand.
enum OtherAnswers {
    private static let models = ["demo", "demo-large", "gpt-5-mini"]

    static func modelList() -> MockAnswer {
        .json(JSONValue.object(["object": "list", "data": JSONValue(models.map(model))]).written())
    }

    static func model(named name: String) -> MockAnswer {
        models.contains(name) ? .json(model(name).written()) : ErrorAnswers.answer(status: 404)
    }

    private static func model(_ name: String) -> JSONValue {
        ["id": JSONValue(name), "object": "model", "created": 1_760_000_000, "owned_by": "mock"]
    }

    /// The request as it came, so that tests can see what reaches a provider. Bytes of a body that is no UTF-8 stand in base64.
    static func echo(_ request: MockRequest) -> MockAnswer {
        var headers: [JSONValue] = []
        for field in request.head.fields { headers.append([JSONValue(field.name), JSONValue(field.value)]) }
        let text = String(decoding: request.body, as: UTF8.self)
        let isText = Array(text.utf8) == request.body
        var body: JSONValue = [
            "mock": "echo", "method": JSONValue(request.method.name), "target": JSONValue(request.head.target), "headers": JSONValue(headers),
        ]
        if isText { body["body"] = JSONValue(text) } else { body["body_base64"] = JSONValue(Base64.encoded(request.body)) }
        return .json(body.written())
    }
}
