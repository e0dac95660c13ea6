import GatewayCore

extension ChatQuirks {
    /// Names of members, in a request or in its messages.
    private static let memberName = ScalarType<String>(placeholder: "") { scalar throws(ScalarMistake) in
        let text = scalar.text
        let isName = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
        guard isName, (1...64).contains(text.utf8.count) else {
            throw ScalarMistake("must be the name of a member, in lower case letters, digits and _, not \(scalar.shown)")
        }
        return text
    }

    /// What every request needs: without it there is nothing to send.
    private static let needed: Set<String> = ["model", "messages", "stream", "role", "content", "tool_calls", "tool_call_id"]

    /// The `quirks` block of a provider.
    ///
    /// - Parameter preset: what holds for keys that the file does not say.
    init(reading fields: inout Fields, over preset: ChatQuirks) {
        self = preset
        if let names = fields.list("refuses", of: Self.memberName, mayBeEmpty: true) { refuses = Set(names) }
        if let names = fields.list("message_refuses", of: Self.memberName, mayBeEmpty: true) { refusesInMessages = Set(names) }
        for (key, names) in [("refuses", refuses), ("message_refuses", refusesInMessages)] where fields.has(key) {
            for name in names.intersection(Self.needed).sorted() { fields.error("\(key) cannot name \(name): no request goes without it", at: key) }
        }
        takesDeveloper = fields.flag("developer", default: preset.takesDeveloper)
        takesStreamOptions = fields.flag("stream_options", default: preset.takesStreamOptions)
        takesTopK = fields.flag("top_k", default: preset.takesTopK)
        isOpenAI = fields.flag("openai_settings", default: preset.isOpenAI)
        seed = fields.value("seed", Self.memberName, default: preset.seed)
        mustCall = fields.value("must_call", Self.memberName, default: preset.mustCall)
        if let name = fields.optional("thoughts", Self.memberName) { thoughts = name == "none" ? nil : name }
        if let length = fields.optional("call_id_length", .integer(in: 6...64)) { callIDLength = length }
        if let thoughts, refusesInMessages.contains(thoughts) {
            let key = fields.has("thoughts") ? "thoughts" : "message_refuses"
            fields.conflict("\(thoughts) is where thoughts go back, and refused in messages", at: key)
        }
        fields.finish()
    }
}
