import JSONBytes

/// Parts as they are written, for providers and for clients.
enum GeminiPart {
    /// What Google takes for the signature of a call that none of its models made, or whose signature is lost: documented, as a last resort.
    ///
    /// - SeeAlso: https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
    static let sealsOfStrangers = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"]

    /// Stands on calls of other providers in answers, in the place of a signature: when the client brings it back, Gemini gets its own stand-in for it.
    /// An envelope as seals have them (`ChatSeal.envelope`), with nothing in it.
    static let unsealed = "d2VpcjEubm9uZS4u"

    static func text(_ text: String) -> JSONObject { ["text": .string(text)] }

    static func thought(_ text: String, signature: String? = nil) -> JSONObject {
        var part: JSONObject = ["text": .string(text), "thought": true]
        if let signature { part["thoughtSignature"] = .string(signature) }
        return part
    }

    static func call(id: String, name: String, arguments: JSONObject, signature: String?) -> JSONObject {
        var part: JSONObject = ["functionCall": ["id": .string(id), "name": .string(name), "args": .object(arguments)]]
        if let signature { part["thoughtSignature"] = .string(signature) }
        return part
    }

    /// - Returns: nil for text that is no JSON object. No text at all stands for an object without members (wire.md, section 7.3).
    static func arguments(_ text: String) -> JSONObject? {
        if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) { return JSONObject() }
        return (try? JSONValue(parsing: Array(text.utf8)))?.object
    }
}
