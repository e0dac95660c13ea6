import JSONBytes

/// What a function returned, as the object that Gemini wants and as the text that all others want.
enum GeminiResponse {
    /// `output` and `error` have a meaning where they are alone; else the whole object is what was returned.
    static func result(_ response: JSONObject, id: String, at place: String) -> ChatResult {
        let members = response.filter { !$0.value.isNull }
        var value = JSONValue.object(response)
        var isError = false
        if members.count == 1, ["output", "error"].contains(members[0].name) {
            value = members[0].value
            isError = members[0].name == "error"
        }
        let text = value.string ?? String(decoding: value.written(), as: UTF8.self)
        return ChatResult(id: id, parts: text.isEmpty ? [] : [.text(text)], isError: isError, place: place)
    }

    static func json(_ result: ChatResult) -> JSONValue {
        let text = result.text
        if result.isError { return ["error": .string(text)] }
        if let value = try? JSONValue(parsing: Array(text.utf8)), value.object != nil { return value }
        return ["output": .string(text)]
    }
}
