import GatewayDialects
import JSONBytes

/// What a request asks for, apart from how its format says it.
struct RequestMeaning: Equatable, CustomStringConvertible {
    var system: [String]
    var turns: [ChatTurn]
    var tools: [ChatTool]
    var choice: ChatToolChoice?
    var oneAtATime: Bool
    var sampling: ChatRequest.Sampling
    var output: ChatOutput
    var effort: ChatReasoning.Effort?
    var user: String?

    init(_ request: ChatRequest) {
        system = request.system
        turns = Self.merged(request.turns)
        tools = request.tools.map { tool in
            var tool = tool
            tool.isStrict = tool.isStrict == true ? true : nil
            return tool
        }
        choice = request.toolChoice == .auto ? nil : request.toolChoice
        oneAtATime = request.callsOneAtATime
        sampling = request.sampling
        output = Self.plain(request.output)
        effort = request.reasoning?.effort
        user = request.user
    }

    var description: String {
        "system \(system)\nturns \(turns)\ntools \(tools)\n\(String(describing: choice)) \(oneAtATime) \(sampling) \(output) \(effort as Any)"
    }

    /// Neighbours of the same role are one turn in some formats.
    private static func merged(_ turns: [ChatTurn]) -> [ChatTurn] {
        var merged: [ChatTurn] = []
        for turn in turns {
            let parts = turn.parts.map(plain)
            if merged.last?.role == turn.role { merged[merged.count - 1].parts += parts } else { merged.append(ChatTurn(turn.role, parts)) }
        }
        return merged
    }

    private static func plain(_ part: ChatPart) -> ChatPart {
        switch part {
        case .image(let media): return .image(ChatMedia(plain(media.source)))
        case .document(let media): return .document(ChatMedia(plain(media.source)))
        case .call(var call):
            call.arguments =
                (try? JSONValue(parsing: Array(call.arguments.utf8))).map { String(decoding: $0.written(), as: UTF8.self) } ?? call.arguments
            return .call(call)
        case .result(var result):
            result.name = nil
            return .result(result)
        case .text, .audio, .refusal, .thinking: return part
        }
    }

    /// Some formats guess the type by the address.
    private static func plain(_ source: ChatMedia.Source) -> ChatMedia.Source {
        if case .url(let address, _) = source { .url(address, type: nil) } else { source }
    }

    private static func plain(_ output: ChatOutput) -> ChatOutput {
        if case .schema(let schema) = output { .schema(ChatSchema(schema: schema.schema)) } else { output }
    }
}
