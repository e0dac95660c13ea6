import GatewayCore
import JSONBytes

/// Builds the response object and its items as clients read them, plain and in streams.
///
/// Official clients insist on members that repeat the request; the writer does not know it, and says what is usual.
///
/// - SeeAlso: wire.md, section 3.4
struct OpenAIResponsesResponse {
    let facts: ChatAnswerFacts
    /// As the provider names it.
    var model: String?

    /// - Parameters:
    ///   - stop: nil while the answer is being written.
    ///   - usage: nil when nobody counted. A whole answer then counts zeros: some clients do not take a last event without counts for one.
    func value(stop: ChatStop?, output: [JSONValue], usage: Usage?) -> JSONValue {
        let reason: JSONValue? =
            switch stop {
            case .length: "max_output_tokens"
            case .filtered: "content_filter"
            case nil, .finished, .sequence, .calls: nil
            }
        return [
            "id": .string("resp_" + facts.seed),
            "object": "response",
            "created_at": JSONValue(facts.created),
            "status": stop == nil ? "in_progress" : reason == nil ? "completed" : "incomplete",
            "background": false,
            "error": nil,
            "incomplete_details": reason.map { ["reason": $0] } ?? .null,
            "instructions": nil,
            "max_output_tokens": nil,
            "max_tool_calls": nil,
            "model": .string(model ?? facts.model),
            "output": .array(output),
            "parallel_tool_calls": true,
            "previous_response_id": nil,
            "reasoning": ["effort": nil, "summary": nil],
            "service_tier": "default",
            "store": false,
            "temperature": nil,
            "text": ["format": ["type": "text"]],
            "tool_choice": "auto",
            "tools": [],
            "top_p": nil,
            "truncation": "disabled",
            "usage": stop == nil ? .null : OpenAIResponsesUsage.value(usage ?? Usage(input: 0, output: 0)),
            "user": nil,
            "metadata": [:],
        ]
    }

    /// - Parameter index: where it stands in `output`.
    func itemID(_ prefix: String, _ index: Int) -> String { "\(prefix)_\(facts.seed)_\(index)" }
}

/// How far an item has come.
enum OpenAIResponsesItemStatus: String {
    case running = "in_progress"
    case completed
    case incomplete
}

extension OpenAIResponsesResponse {
    static func textPart(_ text: String) -> JSONValue { ["type": "output_text", "annotations": [], "logprobs": [], "text": .string(text)] }

    static func refusalPart(_ text: String) -> JSONValue { ["type": "refusal", "refusal": .string(text)] }

    static func summaryPart(_ text: String) -> JSONValue { ["type": "summary_text", "text": .string(text)] }

    static func message(_ content: [JSONValue], id: String, _ status: OpenAIResponsesItemStatus) -> JSONValue {
        ["id": .string(id), "type": "message", "status": .string(status.rawValue), "role": "assistant", "content": .array(content)]
    }

    static func call(_ call: ChatCall, id: String, _ status: OpenAIResponsesItemStatus) -> JSONValue {
        [
            "id": .string(id), "type": "function_call", "status": .string(status.rawValue), "call_id": .string(call.id), "name": .string(call.name),
            "arguments": .string(call.arguments),
        ]
    }

    /// A call as the client declared its tool.
    ///
    /// - Parameter index: where it stands in `output`.
    func item(of call: ChatCall, _ index: Int, _ status: OpenAIResponsesItemStatus) -> JSONValue {
        switch facts.toolKinds[call.name] ?? .function {
        case .function: Self.call(call, id: itemID("fc", index), status)
        case .custom:
            [
                "id": .string(itemID("ctc", index)), "type": "custom_tool_call", "status": .string(status.rawValue), "call_id": .string(call.id),
                "name": .string(call.name), "input": .string(call.arguments.isEmpty ? "" : OpenAIFreeform.input(call.arguments)),
            ]
        case .localShell:
            [
                "id": .string(itemID("lsh", index)), "type": "local_shell_call", "status": .string(status.rawValue), "call_id": .string(call.id),
                "action": OpenAIFreeform.shellAction(call.arguments),
            ]
        }
    }

    /// - Parameters:
    ///   - text: empty for none.
    ///   - seal: what stands in `encrypted_content`.
    static func reasoning(_ text: String, seal: String?, id: String) -> JSONValue {
        var item: JSONObject = ["id": .string(id), "type": "reasoning", "summary": text.isEmpty ? [] : [summaryPart(text)]]
        if let seal { item["encrypted_content"] = .string(seal) }
        return .object(item)
    }
}

extension ChatSeal {
    /// In a reasoning item. A seal that belongs to an item of the provider's keeps that item's id in its envelope: here it gets another.
    var responsesText: String { id == nil ? text(native: .encrypted) : envelope }
}
