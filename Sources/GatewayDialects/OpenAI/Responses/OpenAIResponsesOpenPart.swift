import JSONBytes

/// The part of an answer that a stream is writing: one item of `output`.
struct OpenAIResponsesOpenPart: Sendable {
    let start: ChatPartStart
    private let response: OpenAIResponsesResponse
    /// Where its item stands in `output`.
    let index: Int
    let itemID: String
    /// All so far: the format repeats it three times at the end.
    var text = ""
    var seal: ChatSeal?
    /// Whether its first events are written.
    var isAdded = false
    /// JSON of what its deltas say besides the text.
    let deltaPlace: [UInt8]

    init(_ start: ChatPartStart, _ response: OpenAIResponsesResponse, index: Int) {
        self.start = start
        self.index = index
        self.response = response
        let (prefix, rest) =
            switch start {
            case .text: ("msg", #","content_index":0,"logprobs":[]"#)
            case .refusal: ("msg", #","content_index":0"#)
            case .thinking: ("rs", #","summary_index":0"#)
            case .call(_, let name):
                switch response.facts.toolKinds[name] ?? .function {
                case .function: ("fc", "")
                case .custom: ("ctc", "")
                case .localShell: ("lsh", "")
                }
            }
        itemID = response.itemID(prefix, index)
        var place = Array(#","item_id":"#.utf8)
        JSONText.appendQuoted(itemID, to: &place)
        place += ",\"output_index\":\(index)\(rest)".utf8
        deltaPlace = place
    }

    /// Whether what comes can be told only when it is whole: free text stands inside of arguments.
    var isFreeform: Bool { if case .call(_, let name) = start { response.facts.toolKinds[name] ?? .function != .function } else { false } }

    var deltaType: String {
        switch start {
        case .text: "response.output_text.delta"
        case .refusal: "response.refusal.delta"
        case .thinking: "response.reasoning_summary_text.delta"
        case .call: "response.function_call_arguments.delta"
        }
    }

    /// The item as far as it is known.
    func item(_ status: OpenAIResponsesItemStatus) -> JSONValue {
        let isRunning = status == .running
        switch start {
        case .text: return OpenAIResponsesResponse.message(isRunning ? [] : [OpenAIResponsesResponse.textPart(text)], id: itemID, status)
        case .refusal: return OpenAIResponsesResponse.message(isRunning ? [] : [OpenAIResponsesResponse.refusalPart(text)], id: itemID, status)
        case .thinking: return OpenAIResponsesResponse.reasoning(text, seal: seal?.responsesText, id: itemID)
        case .call(let id, let name): return response.item(of: ChatCall(id: id, name: name, arguments: text), index, status)
        }
    }

    /// What all its events say, and `more`.
    func place(_ more: JSONObject = [:]) -> JSONObject {
        var place: JSONObject = ["item_id": .string(itemID), "output_index": JSONValue(index)]
        switch start {
        case .text, .refusal: place["content_index"] = 0
        case .thinking: place["summary_index"] = 0
        case .call: break
        }
        for member in more { place[member.name] = member.value }
        return place
    }
}
