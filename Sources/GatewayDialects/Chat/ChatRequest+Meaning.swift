import JSONBytes

extension ChatRequest {
    /// What the request asks, whatever format it is in: two requests with the same meaning may get the same answer.
    ///
    /// What a client writes in two ways that might be answered differently has two meanings: numbers count as they are spelled, and texts as
    /// they are cut into pieces. Whether a stream is wanted and who asks does not count.
    ///
    /// - Returns: nil for what no other format can say, and for conversations with calls or thoughts in them, which carry what one
    ///   provider wants back.
    package var meaning: [UInt8]? {
        guard extras.allSatisfy({ $0.weight == .hint }) else { return nil }
        var turns: [JSONValue] = []
        for turn in self.turns {
            guard turn.role != .tool, let parts = Self.all(turn.parts, \.meaning) else { return nil }
            turns.append(["role": .string("\(turn.role)"), "parts": .array(parts)])
        }
        var value: JSONValue = ["system": .array(system.map { .string($0) }), "turns": .array(turns), "sampling": sampling.meaning]
        value["tools"] = .array(tools.map(\.meaning))
        value["choice"] = toolChoice?.meaning
        value["one"] = .bool(callsOneAtATime)
        value["output"] = output.meaning
        value["reasoning"] = reasoning?.meaning
        var bytes: [UInt8] = []
        guard (try? JSONCanonical.append(value.written(), into: &bytes)) != nil else { return nil }
        return bytes
    }

    /// nil when one of them is.
    fileprivate static func all<Element>(_ elements: [Element], _ meaning: (Element) -> JSONValue?) -> [JSONValue]? {
        let found = elements.compactMap(meaning)
        return found.count == elements.count ? found : nil
    }
}

extension ChatPart {
    fileprivate var meaning: JSONValue? {
        switch self {
        case .text(let text): ["text": .string(text)]
        case .image(let media): ["image": media.meaning]
        case .audio(let media): ["audio": media.meaning]
        case .document(let media): ["document": media.meaning]
        case .refusal, .thinking, .call, .result: nil
        }
    }
}

extension ChatMedia {
    fileprivate var meaning: JSONValue {
        var value: JSONValue = ["title": .of(title)]
        switch source {
        case .base64(let type, let data): value["base64"] = [.string(type), .string(data)]
        case .url(let url, let type): value["url"] = [.string(url), .of(type)]
        case .text(let text): value["text"] = .string(text)
        }
        return value
    }
}

extension ChatRequest.Sampling {
    fileprivate var meaning: JSONValue {
        [
            "max": .of(outputTokensMax), "temperature": .of(temperature), "topP": .of(topP), "topK": .of(topK),
            "frequency": .of(frequencyPenalty), "presence": .of(presencePenalty), "seed": .of(seed), "stop": .array(stop.map { .string($0) }),
        ]
    }
}

extension ChatTool {
    fileprivate var meaning: JSONValue {
        var value: JSONValue = ["name": .string(name), "description": .of(description), "strict": .of(isStrict)]
        value["parameters"] = parameters
        return value
    }
}

extension ChatToolChoice {
    fileprivate var meaning: JSONValue {
        switch self {
        case .auto: "auto"
        case .none: "none"
        case .any: "any"
        case .tool(let name): ["tool": .string(name)]
        case .allowed(let names, let isRequired): ["allowed": .array(names.map { .string($0) }), "required": .bool(isRequired)]
        }
    }
}

extension ChatOutput {
    fileprivate var meaning: JSONValue {
        switch self {
        case .text: "text"
        case .json: "json"
        case .schema(let schema):
            [
                "name": .of(schema.name), "description": .of(schema.description), "schema": schema.schema, "strict": .of(schema.isStrict),
            ]
        }
    }
}

extension ChatReasoning {
    fileprivate var meaning: JSONValue {
        [
            "effort": .of(effort?.rawValue), "budget": .of(budgetTokens.map { JSONNumber($0) }), "adaptive": .bool(isAdaptive),
            "shows": .of(showsThoughts),
        ]
    }
}

extension JSONValue {
    fileprivate static func of(_ text: String?) -> JSONValue {
        guard let text else { return .null }
        return .string(text)
    }

    fileprivate static func of(_ number: JSONNumber?) -> JSONValue {
        guard let number else { return .null }
        return .number(number)
    }

    fileprivate static func of(_ flag: Bool?) -> JSONValue {
        guard let flag else { return .null }
        return .bool(flag)
    }
}
