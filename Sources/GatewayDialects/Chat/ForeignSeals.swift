import JSONBytes

/// Takes out of a request that is passed on as it is what the gateway has put into the conversation when another provider answered: seals in their envelopes
/// (`ChatSeal.envelope`), and thoughts that nobody has sealed. The provider did not make them, and would refuse them.
///
/// Nothing else changes but white space; a request without them, as nearly all are, stays the same to the byte.
package enum ForeignSeals {
    /// Whether `removed` has anything to look into; nearly never.
    package static func mayBe(in body: [UInt8], _ format: ChatFormat) -> Bool { SealMarks.areIn(body, format) }

    /// - Parameter sealsCalls: whether the provider, Gemini's, wants a signature on calls of others too: then they get its own stand-in.
    package static func removed(from body: [UInt8], in format: ChatFormat, sealsCalls: Bool = false) -> [UInt8] {
        guard SealMarks.areIn(body, format), var request = try? JSONValue(parsing: body) else { return body }
        switch format {
        case .openAIChat: map("messages", of: &request, chatMessage)
        case .openAIResponses: map("input", of: &request, responsesItem)
        case .anthropic: map("messages", of: &request, anthropicMessage)
        case .gemini: map("contents", of: &request) { geminiContent($0, sealsCalls) }
        case .bedrock: return body
        }
        return request.written()
    }

    /// Changes the elements of a list; those that come out nil are left out.
    private static func map(_ name: String, of value: inout JSONValue, _ change: (JSONValue) -> JSONValue?) {
        if let elements = value[name]?.array { value[name] = .array(elements.compactMap(change)) }
    }

    private static func isEnvelope(_ value: JSONValue?) -> Bool { value?.string.flatMap { ChatSeal(envelope: $0) } != nil }

    /// The mark of a call that nobody has sealed. Clients may spell base64 in the alphabet for addresses, and it is the same in both.
    private static func isUnsealed(_ value: JSONValue?) -> Bool { value?.string == GeminiPart.unsealed }

    private static func chatMessage(_ message: JSONValue) -> JSONValue? {
        var message = withoutSignature(message)
        map("tool_calls", of: &message, withoutSignature)
        return message
    }

    private static func withoutSignature(_ object: JSONValue) -> JSONValue {
        guard isEnvelope(object["extra_content"]?["google"]?["thought_signature"]) else { return object }
        var object = object
        object["extra_content"] = nil
        return object
    }

    /// Thoughts of other providers, with their seals or without any: under an id that this gateway has made OpenAI looks for them in vain.
    private static func responsesItem(_ item: JSONValue) -> JSONValue? {
        guard item["type"] == "reasoning" else { return item }
        let isUnsealed = (item["encrypted_content"]?.string ?? "").isEmpty && SealMarks.isOwnID(item["id"]?.string ?? "")
        return isUnsealed || isEnvelope(item["encrypted_content"]) ? .none : .some(item)
    }

    /// A message that held nothing else is none.
    private static func anthropicMessage(_ message: JSONValue) -> JSONValue? {
        var message = message
        map("content", of: &message) { block in
            let isForeign = block["type"] == "thinking" && (isEnvelope(block["signature"]) || block["signature"] == "")
            return isForeign ? .none : .some(block)
        }
        return message["content"] == [] ? .none : .some(message)
    }

    private static func geminiContent(_ content: JSONValue, _ sealsCalls: Bool) -> JSONValue? {
        var content = content
        map("parts", of: &content) { part in
            let names = ["thoughtSignature", "thought_signature"]
            guard let name = names.first(where: { isEnvelope(part[$0]) || isUnsealed(part[$0]) }) else { return part }
            guard part["thought"] != true, part["text"] != "" else { return .none }
            var part = part
            let isCall = part["functionCall"] != nil || part["function_call"] != nil
            part[name] = sealsCalls && isCall ? .some(.string(GeminiPart.sealsOfStrangers[0])) : .none
            return part
        }
        return content["parts"] == [] ? .none : .some(content)
    }
}

/// Finds out without parsing whether a request may hold what `ForeignSeals` takes out.
private enum SealMarks {
    /// How every envelope begins: base64 of `weir1.`, as far as it does not depend on what follows, behind a quote.
    private static let envelope = JSONWord(#""d2VpcjEu"#, rare: 2)
    private static let signature = JSONWord(#""signature""#, rare: 3)

    static func areIn(_ body: [UInt8], _ format: ChatFormat) -> Bool {
        let text = body.span
        if envelope.end(in: text) != nil { return true }
        if format == .openAIResponses { return hasOwnID(text) }
        guard format == .anthropic else { return false }
        var at = 0
        while let end = signature.end(in: text, from: at) {
            if isEmptyString(text, end) { return true }
            at = end
        }
        return false
    }

    /// Whether an id of a reasoning item is one that this gateway has made: `rs_`, 16 hexadecimal digits, `_` and a number. OpenAI's are longer.
    static func isOwnID(_ id: String) -> Bool {
        let fields = id.split(separator: "_", omittingEmptySubsequences: false)
        return fields.count == 3 && fields[0] == "rs" && fields[1].utf8.count == 16 && fields[1].utf8.allSatisfy(isHex)
    }

    private static func isHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

    private static let reasoning = JSONWord(#""rs_"#, rare: 2)

    private static func hasOwnID(_ text: Span<UInt8>) -> Bool {
        var at = 0
        while let end = reasoning.end(in: text, from: at) {
            if end + 16 < text.count, text[end + 16] == UInt8(ascii: "_") { return true }
            at = end
        }
        return false
    }

    /// Whether a colon and `""` follow.
    private static func isEmptyString(_ text: Span<UInt8>, _ start: Int) -> Bool {
        var at = start
        while at < text.count, [UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
        return at + 1 < text.count && text[at] == UInt8(ascii: "\"") && text[at + 1] == UInt8(ascii: "\"")
    }
}
